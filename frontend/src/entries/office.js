// Pages of the back office: their style, beside that of every page.
import "../css/office.css";
