# Varnish in front of one or more nodes; needs vmod xkey (Debian: varnish-modules).
# PURGE_KIND=varnish, PURGE_URL=http://this-machine:6081, PURGE_TOKEN as below.
vcl 4.1;

import xkey;

backend newsroom {
    .host = "127.0.0.1";
    .port = "8000";
    .first_byte_timeout = 120s;
}

acl purgers {
    "localhost";
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    if (req.method == "PURGE") {
        if (client.ip !~ purgers || req.http.X-Purge-Token != "choose-a-long-secret") {
            return (synth(403, "Not allowed"));
        }
        if (req.http.X-Purge-All) {
            ban("obj.status >= 0");
            return (synth(200, "Purged everything"));
        }
        set req.http.X-Purged = xkey.purge(req.http.X-Purge-Keys);
        return (synth(200, "Purged " + req.http.X-Purged));
    }
    # The nodes' nginx asks the application, which alone tells the keys (RFC 8586).
    set req.http.CDN-Loop = "varnish";
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    if (req.url ~ "^/(admin|preview|health|search|read|report-error|oembed)(/|\?|$)") {
        return (pass);
    }
    # Pages are the same for everybody; staff's cookie matters at the desk only.
    unset req.http.Cookie;
    return (hash);
}

sub vcl_backend_response {
    set beresp.http.xkey = beresp.http.Surrogate-Key;
    set beresp.grace = 0s;
    # Surrogate-Control is said to us, Cache-Control to browsers.
    if (beresp.http.Surrogate-Control ~ "max-age=31536000" && beresp.http.xkey) {
        set beresp.ttl = 365d;
    } elsif (beresp.http.Cache-Control !~ "immutable") {
        set beresp.ttl = 0s;
        set beresp.uncacheable = true;
        return (deliver);
    }
}

sub vcl_deliver {
    unset resp.http.xkey;
    unset resp.http.Surrogate-Key;
    unset resp.http.Cache-Tag;
    unset resp.http.Surrogate-Control;
    unset resp.http.CDN-Cache-Control;
}
