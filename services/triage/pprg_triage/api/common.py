"""What all of triage's API shares."""

from flask import Blueprint

api = Blueprint("api", __name__, url_prefix="/api/v1/cases")
