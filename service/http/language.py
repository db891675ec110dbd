"""In which language a request is answered."""

from starlette.requests import Request

from graphnet.messages import CHINESE, ENGLISH, LANGUAGES

COOKIE = "sgn_language"  # chosen on a page
LONGEST_HEADER = 200


def answer_language(request: Request) -> str:
    """The language chosen on a page, else the first of Accept-Language that exists; or English."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    for part in request.headers.get("accept-language", "")[:LONGEST_HEADER].split(","):
        language = part.partition(";")[0].strip().lower().partition("-")[0]
        if language == "zh":
            return CHINESE
        if language == "en":
            return ENGLISH
    return ENGLISH
