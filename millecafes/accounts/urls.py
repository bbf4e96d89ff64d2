"""Addresses of the room `accounts`: allauth's under its own names, then ours."""

from django.urls import include, path

from millecafes.accounts.views import (
    email_change,
    hats,
    invitations,
    my_data,
    people,
    profile,
    sessions,
    signin,
    tokens,
)

own = [
    path("casquette/", hats.change, name="hat"),
    path("connexion/encore/", signin.again, name="again"),
    path("compte/", profile.profile, name="profile"),
    path("compte/donnees/", my_data.my_data, name="my_data"),
    path("compte/donnees/mes-donnees.<slug:extension>", my_data.export, name="export_my_data"),
    path("compte/donnees/effacer/", my_data.erase, name="erase_my_data"),
    path("compte/donnees/effacees/", my_data.erased, name="my_data_erased"),
    path("compte/sessions/", sessions.sessions, name="sessions"),
    path("compte/jetons/", tokens.tokens, name="tokens"),
    path("compte/jetons/nouveau/", tokens.make, name="make_token"),
    path("jetons/<int:number>/retirer/", tokens.revoke, name="revoke_token"),
    path("equipe/jetons/", tokens.all_tokens, name="all_tokens"),
    path("equipe/jetons/jetons.<slug:extension>", tokens.tokens_export, name="tokens_export"),
    path("compte/adresse/", email_change.ask, name="email"),
    path("compte/adresse/annuler/<str:token>/", email_change.undo, name="undo_email"),
    path("compte/adresse/<str:token>/", email_change.confirm, name="confirm_email"),
    path("equipe/personnes/", people.people, name="people"),
    path(
        "invitations/invitations.<slug:extension>", invitations.invitations_export, name="invitations_export"
    ),
    path("equipe/personnes/personnes.<slug:extension>", people.people_export, name="people_export"),
    path("equipe/personnes/<int:number>/effacer/", my_data.erase_person, name="erase_person"),
    path("equipe/personnes/<int:number>/", people.person, name="person"),
    path("equipe/personnes/<int:number>/adresse/", email_change.ask_for, name="person_email"),
    path("equipe/roles/<int:number>/retirer/", people.end, name="end_role"),
    path("invitations/", invitations.invitations, name="invitations"),
    path("invitations/nouvelle/", invitations.invite, name="invite"),
    path("invitations/<int:number>/renvoyer/", invitations.resend, name="resend_invitation"),
    path("invitations/<int:number>/retirer/", invitations.revoke, name="revoke_invitation"),
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
]

urlpatterns = [
    # One page to sign in: allauth knows it under two names.
    path("connexion/", signin.ask_code, name="account_login"),
    path("connexion/", signin.ask_code, name="account_request_login_code"),
    path("connexion/code/", signin.enter_code, name="account_confirm_login_code"),
    path("connexion/cle/", signin.enter_by_key, name="mfa_login_webauthn"),
    path("connexion/second-facteur/", signin.authenticate, name="mfa_authenticate"),
    path("connexion/verifier/", signin.reauthenticate, name="account_reauthenticate"),
    path("connexion/verifier/code/", signin.reauthenticate_factor, name="mfa_reauthenticate"),
    path("connexion/verifier/cle/", signin.reauthenticate_key, name="mfa_reauthenticate_webauthn"),
    path("connexion/inactif/", signin.inactive, name="account_inactive"),
    path("connexion/inscription/", signin.closed, name="account_signup"),
    path("deconnexion/", signin.sign_out, name="account_logout"),
    path("compte/securite/", signin.security, name="mfa_index"),
    path("compte/securite/application/", signin.activate_totp, name="mfa_activate_totp"),
    path("compte/securite/application/retirer/", signin.deactivate_totp, name="mfa_deactivate_totp"),
    path("compte/securite/cles/", signin.list_keys, name="mfa_list_webauthn"),
    path("compte/securite/cles/ajouter/", signin.add_key, name="mfa_add_webauthn"),
    path("compte/securite/cles/<int:pk>/nommer/", signin.edit_key, name="mfa_edit_webauthn"),
    path("compte/securite/cles/<int:pk>/retirer/", signin.remove_key, name="mfa_remove_webauthn"),
    path("compte/securite/codes/", signin.view_codes, name="mfa_view_recovery_codes"),
    path("compte/securite/codes/creer/", signin.generate_codes, name="mfa_generate_recovery_codes"),
    path("", include((own, "accounts"))),
]
