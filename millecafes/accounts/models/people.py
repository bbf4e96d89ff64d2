"""People."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from millecafes.common.journal.registry import ERASED
from millecafes.common.matching import fold

if TYPE_CHECKING:
    from millecafes.accounts.models.roles import Role


class UserManager(BaseUserManager["User"]):
    """Creates people by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        """Create a person; the address is kept in lower case, so that it stays unique."""
        if not email:
            raise ValueError("L’adresse e-mail est obligatoire.")
        # Every account made in demonstration mode is a demonstration account.
        extra.setdefault("is_demo", settings.DEMO)
        user = self.model(email=email.strip().lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        """Create a person who may enter the repair tool (Django admin)."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)

    def get_by_natural_key(self, username: str | None) -> User:
        """Find by address, whatever the case typed."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person, identified by e-mail."""

    email = models.EmailField("adresse e-mail", max_length=254, unique=True)
    full_name = models.CharField("nom", max_length=150, blank=True)
    # By what people are sorted and found, without accents; written by `save`.
    key = models.CharField("nom et adresse comparés", max_length=600, db_index=True, editable=False)
    is_active = models.BooleanField("actif", default=True)
    is_staff = models.BooleanField("accès à l’outil de réparation", default=False)
    date_joined = models.DateTimeField("créé le", default=timezone.now)
    is_demo = models.BooleanField("de démonstration", default=False)
    erased_at = models.DateTimeField("effacé le", null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = "personne"
        verbose_name_plural = "personnes"
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="accounts_user_email_ci"),
        ]

    def __str__(self) -> str:
        return ERASED if self.erased_at else self.full_name or self.email

    def save(self, **options: Any) -> None:
        """Keep the key true to the name and the address."""
        self.key = f"{fold(self.full_name)} {fold(self.email)}".strip()
        changed = options.get("update_fields")
        if changed is not None and {"full_name", "email"} & set(changed):
            options["update_fields"] = {*changed, "key"}
        super().save(**options)

    # Read with the person of a session, by the backend that opens it.
    roles_today: list[Role] | None = None
    # The perimeters of their roles, filled by the query that reads a person for a permission.
    lies_in: tuple[str, ...] = ()

    def perimeter_keys(self) -> tuple[str, ...]:
        """The perimeters this person lies in."""
        return tuple(dict.fromkeys((f"person:{self.pk}", *self.lies_in, "network")))
