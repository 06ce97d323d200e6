"""What the desk's templates need to show articles."""

from django import template

from articles.compare import compare_values

register = template.Library()


@register.simple_tag
def word_difference(old, new):
    """Show two plain texts word by word; wants admin_desk/compare.css."""
    return compare_values("standfirst", old, new)
