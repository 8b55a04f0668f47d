"""What Flask-Security says, in our words: calm, and the same whether or not an account exists."""

from __future__ import annotations

from feedback_app.errors import N_

LINK_DAYS = 3
LINK_USED = N_(
    "This link has been used, or a newer one has been sent. If you chose a password already, sign in with it. "
    "If not, ask for a new link here."
)
LINK_OLD = N_("This link was good for %(within)s and is too old now. Ask for a new one here.")
WRONG_CODE = N_("That code does not fit. Wait for the next one in your app and type it again.")

MESSAGES: dict[str, tuple[str, str]] = {
    "API_ERROR": (N_("This could not be understood. Please try again."), "danger"),
    "GENERIC_AUTHN_FAILED": (N_("The address or the password is not right. Check both and try again."), "danger"),
    "PASSWORD_RESET_REQUEST": (
        N_("If there is an account for %(email)s, a letter with a link is on its way. Look at your mail."),
        "info",
    ),
    "UNAUTHENTICATED": (N_("Please sign in first."), "info"),
    "UNAUTHORIZED": (N_("This is not yours to open."), "danger"),
    "REAUTHENTICATION_REQUIRED": (N_("Please type your password once more: this guards your account."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you, it is you."), "success"),
    "INVALID_RECOVERY_CODE": (N_("That recovery code does not fit, or has been used."), "danger"),
    "NO_RECOVERY_CODES_SETUP": (N_("There are no recovery codes yet."), "info"),
    "PASSWORD_RESET_EXPIRED": (LINK_OLD, "warning"),
    "INVALID_RESET_PASSWORD_TOKEN": (LINK_USED, "warning"),
    "DISABLED_ACCOUNT": (N_("This account is disabled. Ask an admin."), "danger"),
    "EMAIL_NOT_PROVIDED": (N_("Please fill this in."), "danger"),
    "INVALID_EMAIL_ADDRESS": (N_("This is not an email address."), "danger"),
    "PASSWORD_NOT_PROVIDED": (N_("Please fill this in."), "danger"),
    "INVALID_PASSWORD": (N_("That is not the password."), "danger"),
    "RETYPE_PASSWORD_MISMATCH": (N_("The two passwords are not the same."), "danger"),
    "PASSWORD_RESET_NO_LOGIN": (N_("Your password is set. Sign in with it."), "success"),
    "PASSWORD_IS_THE_SAME": (N_("This is the password you have now. Choose another."), "danger"),
    "PASSWORD_CHANGE": (N_("Your password is changed. Other devices have been signed out."), "success"),
    "ANONYMOUS_USER_REQUIRED": (N_("You are signed in already."), "info"),
    "TWO_FACTOR_INVALID_TOKEN": (WRONG_CODE, "danger"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("Welcome."), "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (N_("Two-step sign-in is on."), "success"),
    "TWO_FACTOR_PERMISSION_DENIED": (N_("Please begin at the sign-in page."), "info"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (N_("Choose one of the ways shown."), "danger"),
    "TWO_FACTOR_DISABLED": (N_("Two-step sign-in is off."), "success"),
    "TWO_FACTOR_SETUP_EXPIRED": (N_("This took longer than %(within)s. Please begin again."), "warning"),
    "USER_DOES_NOT_EXIST": (N_("The address or the password is not right. Check both and try again."), "danger"),
}
