"""Django REST framework as its manual shows it: the product's rows by one transaction.

Run by gunicorn: `gunicorn --pythonpath peers django_app:application`.
"""

import json
import os
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

import django
import rows
from django.conf import settings

place = urlsplit(os.environ["DATABASE_URL"])
settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=["rest_framework"],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": place.path[1:],
            "USER": place.username,
            "PASSWORD": unquote(place.password or ""),
            "HOST": place.hostname,
            "PORT": place.port,
            "CONN_MAX_AGE": None,
        }
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 -- wants the settings
from django.db import models, transaction  # noqa: E402 -- the same
from django.urls import path  # noqa: E402 -- the same
from rest_framework import serializers  # noqa: E402 -- the same
from rest_framework.response import Response  # noqa: E402 -- the same
from rest_framework.views import APIView  # noqa: E402 -- the same


def some(most):
    return serializers.CharField(max_length=most)


def upto(most):
    return serializers.CharField(max_length=most, allow_blank=True, default="")


class Subject(serializers.Serializer):
    kind = serializers.ChoiceField(["child", "unborn", "adult"])
    name, born = some(200), some(60)
    also_known_as, died_on, sex, ethnicity = upto(200), upto(60), some(40), some(40)
    nhs_number, address = upto(20), some(300)


class Prompt(serializers.Serializer):
    criterion, evidence = some(60), upto(1000)
    reply = serializers.ChoiceField(["yes", "no", "not_sure"])


class Referral(serializers.Serializer):
    immediate_risk = serializers.ChoiceField(["no", "yes_reported"])
    reason_kind = serializers.ChoiceField(["concern", "good_outcome"], default="concern")
    referrer_name, referrer_role, referrer_agency = some(120), some(120), some(60)
    referrer_email = serializers.EmailField(max_length=200)
    referrer_phone, authorised_by = upto(40), upto(200)
    subjects = Subject(many=True, min_length=1, max_length=4)
    family, family_knows = upto(2000), some(500)
    incident_on, location, incident = some(60), upto(200), some(60)
    harm = serializers.ListField(child=some(60), max_length=60, default=list)
    what_happened, safety = some(4000), some(2000)
    criteria = Prompt(many=True, max_length=60, default=list)
    agencies = serializers.ListField(child=some(60), min_length=1, max_length=60)
    other_agencies = upto(500)
    parallel_processes = serializers.ListField(child=some(60), max_length=60, default=list)
    la_aware_on = serializers.DateField(allow_null=True, default=None)
    notified_on = serializers.DateField(allow_null=True, default=None)
    notification_reference = upto(60)
    routes = serializers.ListField(child=some(60), max_length=60, default=list)
    declaration = serializers.BooleanField()


class Table(models.Model):
    """A table that the product has made."""

    Meta = type("Meta", (), {"abstract": True})

    def __str__(self):
        return f"{type(self).__name__} {self.pk}"


def table(name):
    return type("Meta", (), {"app_label": "peers", "db_table": name, "managed": False})


class Answer(Table):
    pk = models.CompositePrimaryKey("scope", "key")
    scope, key, fingerprint = models.TextField(), models.TextField(), models.TextField()
    location, reference, kept_at = models.TextField(), models.TextField(), models.DateTimeField()
    Meta = table("answers")


class Counter(Table):
    year, last = models.IntegerField(primary_key=True), models.IntegerField()
    Meta = table("counters")


class Person(Table):
    id, agency, roles = models.UUIDField(primary_key=True), models.TextField(), models.TextField()
    active, revision, content = models.BooleanField(), models.IntegerField(), models.TextField()
    Meta = table("people")


class Kept(Table):
    id, reference = models.UUIDField(primary_key=True), models.TextField()
    submitted_on, referrer_id, content = models.DateField(), models.UUIDField(), models.TextField()
    Meta = table("referrals")


class Event(Table):
    id, type, subject = models.UUIDField(primary_key=True), models.TextField(), models.TextField()
    body, created_at, due_at = models.BinaryField(), models.DateTimeField(), models.DateTimeField()
    Meta = table("outbox")


class Limit(Table):
    id, what = models.TextField(primary_key=True), models.TextField()
    count, most, ends_at = models.IntegerField(), models.IntegerField(), models.DateTimeField()
    Meta = table("limits")


class Entry(Table):
    sequence, at = models.BigIntegerField(primary_key=True), models.DateTimeField()
    person, agency = models.UUIDField(null=True), models.TextField(null=True)
    kind, verb, subject = models.TextField(), models.TextField(), models.TextField()
    correlation_id, previous, hash = models.TextField(), models.TextField(), models.TextField()
    Meta = table("audit")


class Mark(Table):
    name, sequence = models.TextField(primary_key=True), models.BigIntegerField()
    hash = models.TextField()
    Meta = table("audit_marks")


def count(first):
    """One more from this address, or the first of a new window."""
    limit = Limit.objects.select_for_update().get(pk=first["id"])
    over = limit.ends_at <= datetime.now(UTC)
    limit.count, limit.ends_at = (1, first["ends_at"]) if over else (limit.count + 1, limit.ends_at)
    limit.save()


def record(entries):
    """Read the head of the audit chain, bind the entries to it, keep them and move the head."""
    head = Mark.objects.select_for_update().get(pk="head")
    links = rows.chained(entries, head.sequence, head.hash)
    Entry.objects.bulk_create([Entry(**each) for each in links])
    head.sequence, head.hash = links[-1]["sequence"], links[-1]["hash"]
    head.save()


class Referrals(APIView):
    def post(self, request):
        form, key = Referral(data=request.data), request.headers["Idempotency-Key"]
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            known = Answer.objects.filter(scope="nobody:referrals", key=key).first()
            if known:
                return Response({"reference": known.reference, "location": known.location}, status=201)
            count(rows.limit(request.META["REMOTE_ADDR"]))
            counter = Counter.objects.select_for_update().get(year=datetime.now(UTC).year)
            counter.last += 1
            counter.save()
            raw = json.dumps(request.data).encode()
            made = rows.of_referral(form.data, key, raw, counter.last)
            Person.objects.create(**made["people"])
            Kept.objects.create(**made["referrals"])
            Event.objects.bulk_create([Event(**each) for each in made["outbox"]])
            Answer.objects.create(**made["answers"])
            record(made["audit"])
        return Response({name: made["answers"][name] for name in ("reference", "location")}, status=201)


urlpatterns = [path("api/v1/referrals", Referrals.as_view())]
application = get_wsgi_application()
