"""Addresses of the room `demo`: they exist in demonstration mode only."""

from django.urls import path

from millecafes.demo import views

app_name = "demo"
urlpatterns = [
    path("demo/", views.entrance, name="entrance"),
    path("demo/entrer/", views.enter, name="enter"),
    path("courriels/", views.letters, name="letters"),
]
