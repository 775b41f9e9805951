"""The headers with which every answer of the console leaves."""

from collections.abc import Mapping

_YEAR = 365 * 24 * 60 * 60


def safe_headers(*, secure: bool, frame: bool) -> Mapping[str, str]:
    """Return the headers: nothing from elsewhere, nothing inline, nobody frames it, nobody keeps it.

    ``frame`` allows framing by the console's own origin; ``secure`` is for a console behind HTTPS.

    >>> safe_headers(secure=False, frame=False)["Content-Security-Policy"].split("; ")[0]
    "default-src 'none'"
    """
    ancestors = "'self'" if frame else "'none'"
    policy = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        f"frame-ancestors {ancestors}",
    )
    headers = {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN" if frame else "DENY",
        # With "no-referrer" a form would say that it came from nowhere ("Origin: null").
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "X-Robots-Tag": "noindex",
        "Cache-Control": "no-store",
    }
    if secure:
        headers["Strict-Transport-Security"] = f"max-age={_YEAR}"
    return headers
