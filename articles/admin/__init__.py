from articles.admin import articles, pages, pictures, records, subjects, tags

__all__ = ["articles", "pages", "pictures", "records", "subjects", "tags"]
