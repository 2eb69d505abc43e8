"""Stand-in until the real router is merged: enough for the tests of app.py."""

import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pages.ui.session import get_services


def show() -> None:
    st.title("Driftium")
    st.write(get_services().store.state().detail)


def overview() -> None:
    show()


st.navigation([st.Page(overview, default=True), st.Page(show, title="Tabular", url_path="tabular")]).run()
