"""The four groups of a newsroom, and what each may do."""

from django.contrib.auth.models import Group, Permission

# Every name is app_label: (model, …) with the actions of each.
# A contributor works on their own articles (ArticleQuerySet.for_desk); of what is
# published, on its working copy. Of the rest they see what a form lets them choose.
# "delete" an article means: into the trash; only emptying the trash destroys.
CONTRIBUTOR = {
    "articles.article": "view add change delete",
    "articles.byline": "view add change delete",
    "articles.picture": "view add",
    "articles.tag": "view add",
    "articles.section": "view",
    "articles.series": "view",
    "authors.author": "view",
}
# An editor sees and edits everything, and corrects what is live; showing articles
# to readers, or taking them away, is the publisher's.
EDITOR = {
    **CONTRIBUTOR,
    "articles.article": "view add change delete edit_all",
    "articles.picture": "view add change",
    "articles.tag": "view add change",
    "articles.tagsynonym": "view add change delete",
    "articles.section": "view add change",
    "articles.series": "view add change",
    "articles.correction": "view add change",
    "articles.origin": "view",
    "articles.document": "view",
    "articles.page": "view add change",
    "newsroom.menuitem": "view change",
    "authors.author": "view add change",
    "authors.authorlink": "view add change delete",
    "authors.authoralias": "view add change delete",
    "blocks.shareblock": "view add change",
    "blocks.shareblocknetwork": "view add change delete",
    "blocks.sharenetwork": "view add change",
    "blocks.advertiseblock": "view",
    "redirects.redirect": "view add change delete",
    "redirects.missingpage": "view change",
    "reports.report": "view change",
    "search.pick": "view add change delete",
    "search.querycount": "view",
}
# Nobody deletes a correction, nor what tells where a story came from.
PUBLISHER = {
    **EDITOR,
    "articles.article": "view add change delete edit_all publish empty_trash",
    "articles.publishcheck": "view change",
    "articles.picture": "view add change delete",
    "articles.tag": "view add change delete",
    "articles.section": "view add change delete",
    "articles.series": "view add change delete",
    "articles.page": "view add change delete",
    "articles.document": "view delete",
    "articles.import": "run",
    "authors.author": "view add change delete",
    "blocks.shareblock": "view add change delete",
    "blocks.shareblocknetwork": "view add change delete",
    "blocks.sharenetwork": "view add change delete",
    "blocks.advertiseblock": "view add change delete",
    "newsroom.publication": "view change",
    "feeds.partnerfeed": "view add change delete",
    "crawlers.sitefiles": "view change",
    "crawlers.crawlrule": "view add change delete",
    "crawlers.agent": "view add change delete",
    "reports.report": "view change delete",
}
# Advertisements, their pictures, and what they may be aimed at.
ADVERTISING_MANAGER = {
    "blocks.advertiseblock": "view add change delete",
    "articles.picture": "view add change",
    "articles.section": "view",
    "articles.tag": "view",
}
GROUPS = {
    "contributor": CONTRIBUTOR,
    "editor": EDITOR,
    "publisher": PUBLISHER,
    "advertising manager": ADVERTISING_MANAGER,
}
CODENAMES = {
    "edit_all": "edit_all_articles",
    "publish": "publish_article",
    "empty_trash": "empty_trash",
}


def make_groups(using="default", **kwargs):
    """Make the groups that are missing, with their permissions.

    Connected to post_migrate, which runs once per app: a group that exists keeps
    what the site's owner made of it, so it is filled only when it is new and all
    of its permissions exist (after the last app has been migrated).
    """
    permissions = {
        (p.content_type.app_label, p.codename): p
        for p in Permission.objects.using(using).select_related("content_type")
    }
    for name, rights in GROUPS.items():
        wanted = set(_codenames(rights))
        if not wanted <= permissions.keys():
            return
        group, is_new = Group.objects.using(using).get_or_create(name=name)
        if is_new:
            group.permissions.set([permissions[key] for key in wanted])


def _codenames(rights):
    for model, actions in rights.items():
        app_label, model_name = model.split(".")
        for action in actions.split():
            yield app_label, CODENAMES.get(action, f"{action}_{model_name}")
