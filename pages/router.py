"""Navigation, theme toggle and the frame around every page."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # `streamlit run app.py` puts the script's folder first; AppTest does not
    sys.path.insert(0, str(ROOT))

from pages.ui.generator_chip import show_generator_chip  # noqa: E402
from pages.ui.project import pick_project, show_unknown_project  # noqa: E402
from pages.ui.session import get_services  # noqa: E402
from pages.ui.widgets import THEME_KEY, escape, theme  # noqa: E402

st.set_page_config(
    page_title="Driftium",
    page_icon=str(ROOT / "static/favicon.png"),
    layout="wide",
    initial_sidebar_state=232,
)
st.logo(
    str(ROOT / f"static/wordmark-{theme()}.svg"),
    size="large",
    icon_image=str(ROOT / "static/favicon.svg"),
)
page = st.navigation(
    [
        st.Page(ROOT / "pages/overview.py", title="Overview", icon=":material/monitoring:", default=True),
        st.Page(ROOT / "pages/tabular.py", title="Tabular", icon=":material/table_chart:", url_path="tabular"),
        st.Page(
            ROOT / "pages/llm_dashboard.py", title="LLM Dashboard", icon=":material/hub:", url_path="llm-dashboard"
        ),
        st.Page(ROOT / "pages/playground.py", title="Playground", icon=":material/forum:", url_path="playground"),
        st.Page(
            ROOT / "pages/agentic_rca.py", title="Agentic RCA", icon=":material/troubleshoot:", url_path="agentic-rca"
        ),
        st.Page(ROOT / "pages/settings.py", title="Settings", icon=":material/tune:", url_path="settings"),
    ]
)
services = get_services()
with st.sidebar:
    pick_project(services)
    show_generator_chip(services)
    st.toggle(
        "Light mode",
        value=theme() == "light",
        key=THEME_KEY,
        persist_state="session",
        help="Switch between the dark and the light theme. Kept in this browser.",
    )
for notice in services.notices():
    st.warning(escape(notice), icon=":material/database_off:")
show_unknown_project(page.url_path)
page.run()
