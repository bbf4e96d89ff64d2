// Pages with a file to send: the style of the field, and its pieces.
import "../css/components/upload.css";
import "../js/upload.js";
