from django.db import migrations

# As their makers document them (looked up in November 2026), by what each is for.
TRAINING = (
    ("GPTBot", "OpenAI"),
    ("ClaudeBot", "Anthropic"),
    ("anthropic-ai", "Anthropic, formerly"),
    ("Google-Extended", "Google"),
    ("Google-CloudVertexBot", "Google, for its customers"),
    ("Applebot-Extended", "Apple"),
    ("Amazonbot", "Amazon"),
    ("meta-externalagent", "Meta"),
    ("FacebookBot", "Meta, formerly"),
    ("CCBot", "Common Crawl"),
    ("Bytespider", "ByteDance"),
    ("cohere-training-data-crawler", "Cohere"),
    ("AI2Bot", "Allen Institute for AI"),
    ("Diffbot", "Diffbot"),
    ("omgili", "Webz.io"),
    ("webzio-extended", "Webz.io"),
    ("PanguBot", "Huawei"),
    ("DeepSeekBot", "DeepSeek"),
)
ANSWERING = (
    ("OAI-SearchBot", "OpenAI"),
    ("ChatGPT-User", "OpenAI"),
    ("Claude-SearchBot", "Anthropic"),
    ("Claude-User", "Anthropic"),
    ("PerplexityBot", "Perplexity"),
    ("Perplexity-User", "Perplexity"),
    ("MistralAI-User", "Mistral"),
    ("DuckAssistBot", "DuckDuckGo"),
    ("meta-externalfetcher", "Meta"),
    ("meta-webindexer", "Meta"),
    ("Amzn-SearchBot", "Amazon"),
    ("Amzn-User", "Amazon"),
)


def fill(apps, schema_editor):
    agents = apps.get_model("crawlers", "Agent").objects
    for purpose, rows in (("training", TRAINING), ("answering", ANSWERING)):
        for name, maker in rows:
            agents.get_or_create(
                name=name, defaults={"maker": maker, "purpose": purpose}
            )


class Migration(migrations.Migration):
    dependencies = [("crawlers", "0002_agent")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
