"""WordPress's export of an invented site, The Weir Post, as its exporter writes it."""

UPLOADS = "https://weir.example/blog/wp-content/uploads/2024/04"
HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>The Weir Post</title><link>https://weir.example/blog</link>
<wp:wxr_version>1.2</wp:wxr_version>
<wp:base_site_url>https://weir.example</wp:base_site_url>
<wp:base_blog_url>https://weir.example/blog</wp:base_blog_url>
<wp:author><wp:author_login><![CDATA[MWeir]]></wp:author_login>
<wp:author_display_name><![CDATA[Marta Weir &amp; Daughter]]></wp:author_display_name>
</wp:author>
"""


def export(*items, head=HEAD):
    return f"{head}{''.join(items)}</channel></rss>"


def post(number, content, kind="post", title="Fish at the weir", **told):
    """One item; `told` are its elements of the wp namespace, `extra` any others."""
    fields = {
        "post_date": "2024-04-01 10:00:00",
        "post_date_gmt": "2024-04-01 09:00:00",
        "status": "publish",
        **told,
    }
    link = fields.pop("link", f"https://weir.example/blog/2024/fish-{number}/")
    extra = fields.pop("extra", "")
    excerpt = fields.pop("excerpt", "")
    creator = "<dc:creator><![CDATA[mweir]]></dc:creator>"
    creator = fields.pop("creator", creator)
    words = "".join(
        f"<wp:{name}><![CDATA[{value}]]></wp:{name}>" for name, value in fields.items()
    )
    return (
        f"<item><title>{title}</title><link>{link}</link>"
        f"{creator}"
        f"<content:encoded><![CDATA[{content}]]></content:encoded>"
        f"<excerpt:encoded><![CDATA[{excerpt}]]></excerpt:encoded>"
        f"<wp:post_id>{number}</wp:post_id><wp:post_type>{kind}</wp:post_type>"
        f"{words}{extra}</item>"
    )


def attachment(number, name, caption="", parent=0, **told):
    address = f"{UPLOADS}/{name}"
    told |= {"post_parent": parent, "status": "inherit", "attachment_url": address}
    return post(number, "", "attachment", name, excerpt=caption, **told)


def meta(**told):
    return "".join(
        f"<wp:postmeta><wp:meta_key><![CDATA[{key}]]></wp:meta_key>"
        f"<wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:postmeta>"
        for key, value in told.items()
    )


def term(domain, nicename, name):
    names = f'domain="{domain}" nicename="{nicename}"'
    return f"<category {names}><![CDATA[{name}]]></category>"
