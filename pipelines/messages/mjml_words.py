"""The MJML that shipped compilers render alike: tags and their attributes. `mrml` passes unknown ones on in silence, so `lint` knows them here."""

COMMON = "css-class mj-class padding padding-top padding-bottom padding-left padding-right container-background-color"
FONT = "font-family font-size font-weight font-style color line-height letter-spacing text-decoration text-transform align"
BOX = "background-color border border-top border-bottom border-left border-right border-radius vertical-align width height"
BACKGROUND = "background-color background-url background-repeat background-size background-position background-position-x background-position-y"

TAGS: dict[str, set[str]] = {
    tag: set(attributes.split())
    for tag, attributes in {
        "mjml": "lang dir owa",
        "mj-head": "",
        "mj-title": "",
        "mj-preview": "",
        "mj-raw": "position",
        "mj-style": "inline",
        "mj-font": "name href",
        "mj-breakpoint": "width",
        "mj-attributes": "",
        "mj-include": "path",
        "mj-body": "width background-color css-class id",
        "mj-wrapper": f"{COMMON} {BACKGROUND} border border-top border-bottom border-left border-right border-radius full-width text-align direction",
        "mj-section": f"{COMMON} {BACKGROUND} border border-top border-bottom border-left border-right border-radius full-width text-align direction",
        "mj-group": "width vertical-align background-color direction css-class mj-class",
        "mj-column": f"{COMMON} {BOX} inner-background-color inner-border inner-border-radius direction",
        "mj-text": f"{COMMON} {FONT} height",
        "mj-button": f"{COMMON} {FONT} {BOX} href rel target title name inner-padding text-align",
        "mj-image": f"{COMMON} src srcset sizes alt title href name rel target align width height max-height border border-top border-bottom border-left border-right "
        "border-radius fluid-on-mobile usemap font-size",
        "mj-divider": f"{COMMON} border-color border-style border-width width align",
        "mj-spacer": f"{COMMON} height",
        "mj-table": f"{COMMON} {FONT} cellpadding cellspacing border table-layout width role",
        "mj-hero": f"{COMMON} {BACKGROUND} background-height background-width height mode vertical-align width border-radius inner-background-color inner-padding",
        "mj-navbar": f"{COMMON} align base-url hamburger",
        "mj-navbar-link": f"{COMMON} {FONT} href rel target name",
        "mj-social": f"{COMMON} {FONT} mode icon-size icon-height icon-padding inner-padding text-padding border-radius table-layout",
        "mj-social-element": f"{COMMON} {FONT} name href rel target title alt src srcset sizes background-color icon-size icon-height icon-padding text-padding border-radius "
        "vertical-align",
    }.items()
}
TAGS["mj-all"] = TAGS["mj-class"] = set().union(*TAGS.values()) | {"name"}
