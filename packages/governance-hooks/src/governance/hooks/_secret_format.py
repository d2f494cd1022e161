"""Secrets that show what they are: their issuers gave them a form of their own."""

import re
import string
from collections.abc import Iterator

# A key block in any encoding of its lines. Half a block is still a key: without its
# last line all that follows belongs to it, without its first what looks like one.
_BLOCK_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----")
_BLOCK_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----")
_BLOCK_BODY = string.ascii_letters + string.digits + string.whitespace + "+/=\\"
# Each starts with a literal: that is what keeps the search fast.
_FORMATS = (
    # Chat services: tokens and webhooks.
    r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9\-]{8,}",
    r"xapp-[A-Za-z0-9\-]{8,}",
    r"xwfp-[A-Za-z0-9\-]{8,}",
    r"https://hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[\w/\-]{8,}",
    r"https://(?:\w{1,20}\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/[\w/\-]{8,}",
    r"https://[\w\-]{1,60}\.webhook\.office\.com/[\w/@\-]{8,}",
    r"https://outlook\.office(?:365)?\.com/webhook/[\w/@\-]{8,}",
    r"[MNO][A-Za-z\d_\-]{23,27}\.[\w\-]{6}\.[\w\-]{27,}",  # Discord bots
    # Clouds.
    (
        r"(?:A3T[A-Z0-9]|AKIA|ASIA|AGPA|AIDA|AROA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"
        r"(?:[\"']?[\s,:;/]{1,3}[\"']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+]))?"  # AWS' pair
    ),
    r"ABSK[A-Za-z0-9+/=]{40,}",
    r"AIza[A-Za-z0-9_\-]{30,}",
    r"ya29\.[A-Za-z0-9_.\-]{16,}",
    r"1//0[A-Za-z0-9_\-]{20,}",
    r"GOCSPX-[A-Za-z0-9_\-]{16,}",
    r"dop_v1_[a-f0-9]{32,}",
    r"do[or]_v1_[a-f0-9]{32,}",
    r"LTAI[A-Za-z0-9]{16,}",
    r"HRKU-[A-Za-z0-9_\-]{20,}",
    # Code hosting, packages, delivery.
    r"gh[oprsu]_[A-Za-z0-9]{20,}",
    r"github_pat_[A-Za-z0-9_]{20,}",
    r"gl(?:pat|dt|rt|ptt|ft|soat|cbt|imt|agent|oas|ffct)-[A-Za-z0-9_\-.=]{16,}",
    r"AT(?:ATT3|CTT3|BB)[A-Za-z0-9_\-=]{20,}",
    r"pypi-[A-Za-z0-9_\-]{16,}",
    r"npm_[A-Za-z0-9]{20,}",
    r"rubygems_[a-f0-9]{32,}",
    r"dckr_(?:pat|oat)_[A-Za-z0-9_\-]{20,}",
    r"CCIPAT_[A-Za-z0-9_]{20,}",
    r"bkua_[a-f0-9]{32,}",
    r"SWMTKN-1-[a-z0-9\-]{40,}",
    # Models, data, experiments.
    r"sk-[A-Za-z0-9_\-]{16,}",
    r"hf_[A-Za-z0-9]{16,}",
    r"api_org_[A-Za-z0-9]{20,}",
    r"gsk_[A-Za-z0-9]{20,}",
    r"xai-[A-Za-z0-9]{20,}",
    r"pplx-[A-Za-z0-9]{20,}",
    r"r8_[A-Za-z0-9]{20,}",
    r"lsv2_(?:pt|sk)_[A-Za-z0-9_]{20,}",
    r"wandb_v1_[A-Za-z0-9_]{20,}",
    r"dapi[a-f0-9]{32}(?:-\d)?(?![A-Za-z0-9])",
    r"pn[ub]_[A-Za-z0-9]{20,}",
    r"ZEN(?:PRO)?KEY_[\w\-=+/]{8,}",
    r"ZENPROPAT_[\w\-=+/]{8,}",
    # Money, mail, operations.
    r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}",
    r"whsec_[A-Za-z0-9+/=]{16,}",
    r"sq0[a-z]{3}-[A-Za-z0-9_\-]{20,}",
    r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
    r"SG\.[\w\-]{16,}\.[\w\-]{16,}",
    r"key-[0-9a-f]{32}(?![A-Za-z0-9])",
    r"xkeysib-[a-f0-9]{32,}[A-Za-z0-9\-]{0,20}",
    r"(?:SK|AC)[0-9a-f]{32}(?![A-Za-z0-9])",
    r"hv[bsr]\.[A-Za-z0-9_\-]{16,}",
    r"gl(?:sa|c)_[A-Za-z0-9_+/=]{20,}",
    r"NRAK-[A-Z0-9]{20,}",
    r"sntry[su]_[A-Za-z0-9_+/=]{20,}",
    r"PMAK-[a-f0-9]{20,}-[a-f0-9]{20,}",
    r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.\-]{20,}",
    r"pul-[a-f0-9]{32,}",
    r"tskey-[A-Za-z0-9\-]{16,}",
    r"lin_api_[A-Za-z0-9]{20,}",
    r"ntn_[A-Za-z0-9]{20,}",
    r"fig[dou]_[A-Za-z0-9_\-]{20,}",
    r"pat-(?:na|eu)\d-[a-f0-9\-]{30,}",
    r"sbp_[a-f0-9]{32,}",
    r"pscale_(?:tkn|pw|oauth)_[\w\-.=]{20,}",
    r"ops_ey[A-Za-z0-9_\-]{20,}",
    r"AGE-SECRET-KEY-1[A-Z0-9]{40,}",
    # JSON Web Tokens, signed or not; without its end one still opens doors.
    r"ey[A-Za-z0-9_\-]{8,}\.ey[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]*){0,3}",
)
# Found after anything but a letter or digit, or after an escape such as %3D or \\n.
_ISSUED = re.compile(
    rf"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{{2}})|(?<=\\[nrt]))(?:{'|'.join(_FORMATS)})"
)
# Forms that start with no literal are told by a sign within them.
_SHAPED = {
    ":AA": re.compile(r"(?<!\d)\d{8,10}:AA[A-Za-z0-9_\-]{33}"),  # Telegram bots
    "-us": re.compile(r"(?<![a-f0-9])[a-f0-9]{32}-us\d{1,2}\b"),  # Mailchimp
    ".atlasv1.": re.compile(r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_\-]{20,}"),
}
_STORAGE_KEY = re.compile(r"(?<=[A-Za-z0-9+/]{86})==")  # Azure, found from its end


def issued_secrets(text: str) -> Iterator[tuple[int, int]]:
    """Find secrets by the form that their issuers document.

    Args:
        text: Text of any length; the cost grows in proportion to it.

    Yields:
        Where a secret starts and ends.
    """
    yield from (match.span() for match in _ISSUED.finditer(text))
    yield from ((match.start() - 86, match.end()) for match in _STORAGE_KEY.finditer(text))
    for sign, shape in _SHAPED.items():
        if sign in text:
            yield from (match.span() for match in shape.finditer(text))
    if "PRIVATE KEY" in text:
        yield from _key_blocks(text)


def _key_blocks(text: str) -> Iterator[tuple[int, int]]:
    done = 0
    for end in _BLOCK_END.finditer(text):
        begin = _BLOCK_BEGIN.search(text, done, end.start())
        start = begin.start() if begin else len(text[done : end.start()].rstrip(_BLOCK_BODY)) + done
        yield start, end.end()
        done = end.end()
    begin = _BLOCK_BEGIN.search(text, done)
    if begin:
        yield begin.start(), len(text)
