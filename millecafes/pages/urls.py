"""Addresses of the room `pages`."""

from django.urls import path

from millecafes.pages import views

app_name = "pages"
urlpatterns = [
    path("le-programme/", views.programme, name="programme"),
    path("faq/", views.faq, name="faq"),
    path("mentions-legales/", views.legal, name="legal"),
    path("vie-privee/", views.privacy, name="privacy"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("plan-du-site/", views.sitemap, name="sitemap"),
    path("contact/", views.contact, name="contact"),
    path("contact/merci/", views.contact_sent, name="contact_sent"),
    path("equipe/messages/", views.messages, name="messages"),
    path("equipe/messages/messages.<slug:extension>", views.messages_export, name="messages_export"),
    path("equipe/messages/<int:pk>/", views.message, name="message"),
    path("equipe/messages/<int:pk>/repondu/", views.answer, name="answer_message"),
    path("equipe/messages/<int:pk>/effacer/", views.erase, name="erase_message"),
]
