"""What a language tag (BCP 47) says about how its language is written."""

# Languages written from right to left (CLDR, characterOrder).
RIGHT_TO_LEFT = {
    *("ar", "arc", "ckb", "dv", "fa", "he", "iw", "khw", "ks"),
    *("ps", "sd", "ug", "ur", "yi", "ji"),
}
RIGHT_TO_LEFT_SCRIPTS = {"arab", "hebr", "thaa", "nkoo", "syrc", "adlm", "rohg"}


def direction_of(tag):
    """Return "rtl" or "ltr", as the language of the tag is written.

    A script that the tag names counts more than the language: "az-Arab", "ar-Latn".
    """
    language, *others = tag.lower().replace("_", "-").split("-")
    # A script is the only part of four letters (RFC 5646, 2.2.3).
    script = next((part for part in others if len(part) == 4 and part.isalpha()), "")
    if script:
        return "rtl" if script in RIGHT_TO_LEFT_SCRIPTS else "ltr"
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"
