"""What all pages of intake share."""

from flask import Blueprint

pages = Blueprint("pages", __name__)
