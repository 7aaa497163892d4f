"""What people type to sign in, to choose a password, and to prove that they have their authenticator."""

from collections.abc import Callable, Mapping

from marshmallow import Schema, ValidationError, fields, validate

from pprg_intake import rules
from pprg_shared.web.fields import text, words

ADDRESS = validate.Regexp(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z", error="Enter an address such as name@agency.gov.uk")


def address(label: str = "Work email address", **about: object) -> fields.String:
    """Exactly one plain address."""
    declared = text(label, "Enter your work email address", 320, type="email", autocomplete="username", **about)
    declared.validators.append(ADDRESS)
    return declared


def password(label: str, ask: str, *, known: bool = True, **about: object) -> fields.String:
    """A password, taken exactly as it was typed and never shown again."""
    kind = {"widget": "password", "autocomplete": "current-password" if known else "new-password"}
    return fields.String(
        required=True,
        validate=validate.Length(1, 2000, error=ask),
        metadata={"label": label} | kind | about,
        **words(ask),
    )


def second_factor() -> fields.String:
    """A code of the authenticator, or a recovery code."""
    return text(
        "Code",
        "Enter the six digits that your authenticator shows now, or a recovery code",
        80,
        hint="Six digits from your authenticator app. If you have lost it, type one of your recovery codes.",
        width=20,
        autocomplete="one-time-code",
        attributes={"spellcheck": "false", "autocapitalize": "none"},
    )


class SignInSchema(Schema):
    """The first step: who it is, and their password."""

    address = address()
    password = password("Password", "Enter your password")


class SecondStepSchema(Schema):
    """The second step: a code of the authenticator, or a recovery code."""

    code = second_factor()


class AuthenticatorSchema(Schema):
    """The first code that an authenticator shows."""

    code = text(
        "Code that the app shows",
        "Enter the six digits that the app shows now",
        40,
        width=10,
        autocomplete="one-time-code",
        attributes={"inputmode": "numeric", "spellcheck": "false"},
    )


class NewPasswordSchema(Schema):
    """A new password; `problem` says what is wrong with one."""

    def __init__(self, problem: Callable[[str], str]) -> None:
        super().__init__()
        self._problem = problem
        chosen = self.fields["password"]  # its list of checks is that of every such form
        chosen.validators = [*chosen.validators, self._will_do]

    password = password(
        "New password",
        f"Choose a password of at least {rules.LEAST} characters",
        known=False,
        hint=f"At least {rules.LEAST} characters, better {rules.ADVISED} or more: three or four words that do not "
        "belong together. Any characters will do. Pasting is fine.",
    )

    def _will_do(self, chosen: str) -> None:
        if words := self._problem(chosen):
            raise ValidationError(words)


class OwnNewPasswordSchema(NewPasswordSchema):
    """A new password of somebody who is signed in: who finds their browser open has neither the old one nor a code."""

    present = password("Present password", "Enter the password that you have now")
    code = second_factor()

    class Meta:
        """What proves who it is comes first."""

        fields = ("present", "code", "password")


class OnceMoreSchema(Schema):
    """Password and code once more, before another authenticator or other recovery codes."""

    present = password("Your password", "Enter your password")
    code = second_factor()


class SignOutSchema(Schema):
    """Which sign-ins are to end; the password once more, lest whoever finds a browser open shuts its owner out."""

    which = fields.String(
        required=True,
        metadata={"label": "Where do you want to be signed out?", "widget": "radios"},
        **words("Choose where you want to be signed out"),
    )
    present = password("Your password", "Enter your password")

    def __init__(self, choices: Mapping[str, str]) -> None:
        super().__init__()
        which = self.fields["which"]
        gone = "You are not signed in there any more. Choose another place, or everywhere"
        which.validators = [validate.OneOf(list(choices), error=gone)]
        which.metadata = {**which.metadata, "choices": choices}


class ResetSchema(Schema):
    """Whose password is to be another."""

    address = address()


class ResetCodeSchema(Schema):
    """The code that was mailed for a new password."""

    code = text(
        "Code",
        f"Enter the {rules.RESET_DIGITS} digits of the code",
        40,
        hint=f"{rules.RESET_DIGITS} digits, from the email.",
        width=10,
        autocomplete="one-time-code",
        attributes={"inputmode": "numeric", "spellcheck": "false"},
    )


class EnrolmentSchema(Schema):
    """The code that was printed for somebody who enrols."""

    code = text(
        "Code",
        "Enter the code as it was printed",
        80,
        hint="24 letters and digits; what stands between them does not matter.",
        width=30,
        autocomplete="off",
        attributes={"spellcheck": "false", "autocapitalize": "none"},
    )


class FirstSchema(EnrolmentSchema):
    """Who is to be the first administrator."""

    name = text("Your name", "Enter your name", 200, autocomplete="name")
    address = address()
