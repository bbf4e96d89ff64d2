"""Repair tool for people: sign-in and roles come with another issue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.http import HttpRequest

from millecafes.accounts.models import User

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[User]
else:  # the class takes no type argument at run time
    ModelAdmin = admin.ModelAdmin


# Addresses and second factors are nobody’s to read.
for model in (EmailAddress, Authenticator, UserSession):
    admin.site.unregister(model)


@admin.register(User)
class UserAdmin(ModelAdmin):
    """Look a person up; nothing is written here, so that no rule on addresses is passed by."""

    list_display = ("email", "full_name", "is_active", "is_staff")
    search_fields = ("email", "full_name")
    fields = ("email", "full_name", "is_active", "is_staff", "date_joined", "last_login")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
