"""The headers that every page has, which nginx and Caddy send with kept pages."""

from functools import cache
from io import BytesIO
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpResponse
from django.urls import get_urlconf, path, set_urlconf

# Browsers ask every time, and hear 304; a CDN keeps a page until it is told (Fastly's
# Surrogate-Control; CDN-Cache-Control is RFC 9213's).
READERS = "public, max-age=0, must-revalidate"
CDN = "max-age=31536000"
# What differs by page, or is said to CDNs only: they are sent to our own process,
# which tells the keys (deploy/nginx.conf, CDN-Loop).
OWN = {
    *("content-type", "content-length", "content-encoding", "etag", "date"),
    *("surrogate-key", "cache-tag", "cdn-cache-control", "surrogate-control"),
}
POLICY = "content-security-policy"

# A page on which nothing but the middleware writes. The path is one that is not kept.
urlpatterns = [path("health", lambda request: HttpResponse())]


@cache
def usual():
    """Return {header: value}, in alphabetical order, of an ordinary page."""
    site = urlsplit(settings.SITE_URL)
    is_secure = site.scheme == "https"
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/health",
        "SERVER_NAME": site.hostname or "localhost",
        "SERVER_PORT": str(site.port or (443 if is_secure else 80)),
        "HTTP_HOST": site.netloc,
        "wsgi.url_scheme": site.scheme,
        "wsgi.input": BytesIO(),
    }
    if settings.SECURE_PROXY_SSL_HEADER:
        name, value = settings.SECURE_PROXY_SSL_HEADER
        environ[name] = value if is_secure else "http"
    request = WSGIRequest(environ)
    request.urlconf = __name__
    urlconf = get_urlconf()
    response = WSGIHandler().get_response(request)
    set_urlconf(urlconf)
    if response.status_code != 200:
        raise ValueError(f"A page at {settings.SITE_URL} is {response.status_code}.")
    headers = {
        **dict(response.items()),
        "Cache-Control": READERS,
        "Vary": "Accept-Encoding",
    }
    return {
        name: ordered(name, value)
        for name, value in sorted(headers.items())
        if name.lower() not in OWN
    }


def is_usual(headers):
    """Say whether a page's headers, [(name, value)], are those of an ordinary page."""
    return {
        name.lower(): ordered(name, value)
        for name, value in headers
        if name.lower() not in OWN
    } == {name.lower(): value for name, value in usual().items()}


def ordered(name, value):
    """Return a header in one spelling: django-csp writes directives in any order."""
    if name.lower() == POLICY:
        return "; ".join(sorted(part.strip() for part in value.split(";")))
    return value
