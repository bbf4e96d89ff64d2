"""The pages anybody may read, as people look for them."""

# Name of the address, title, other words by which people look for it.
PAGES = (
    ("pages:programme", "Le programme", "1000 cafes modeles etapes projet comite"),
    ("pages:faq", "Questions fréquentes", "aide faq reponses"),
    ("pages:contact", "Nous écrire", "contact message equipe telephone"),
    ("pages:legal", "Mentions légales", "editeur hebergeur licence"),
    ("pages:privacy", "Vie privée", "rgpd donnees personnelles cookies droits"),
    ("pages:accessibility", "Accessibilité", "rgaa handicap lecteur d ecran"),
    ("pages:sitemap", "Plan du site", "sommaire"),
    ("territory:map", "Carte", "minutes acces france"),
    ("territory:areas", "Territoires", "regions departements intercommunalites comparer"),
    ("territory:data", "Nos données et nos calculs", "sources millesimes methode"),
)
# Found by their text too; what stands in tags and in template code is not text.
TEXTS = {
    "pages:programme": "pages/programme.html",
    "pages:faq": "pages/faq.html",
    "pages:legal": "pages/legal.html",
    "pages:privacy": "pages/privacy.html",
    "pages:accessibility": "pages/accessibility.html",
}
