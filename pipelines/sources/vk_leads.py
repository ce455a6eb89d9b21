"""VK lead forms: answers of `leadForms.getLeads`, where an answer is an object or a list of objects.

A file is one response, a list of leads, or a lead per line. Lands in `raw_vk_leads`, one `payload` per document or lead;
staging opens the response.
"""

from pipelines.sources.preset import Preset, Table

PRESET = Preset(
    name="vk_leads",
    title="VK lead forms",
    kind="social",
    where="save each page of leadForms.getLeads as JSON",
    tables=(Table(name="leads", description="One row per response or lead", format="json"),),
)
