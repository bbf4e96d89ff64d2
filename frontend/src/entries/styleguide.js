// The style guide: components of rooms to come, and the behaviours that it shows.
import "../css/styleguide.css";
import "../js/tabs.js";
import "../js/dialog.js";
