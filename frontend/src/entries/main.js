// Every page: the style, and the few behaviours HTML does not have. All pages work without it.
import "../css/main.css";
import "../js/draft.js";
import "../js/fold.js";
import "../js/job.js";
import "../js/print.js";
import "../js/search.js";
