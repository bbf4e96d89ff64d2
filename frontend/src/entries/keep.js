// The pages of those who keep a café: what is sent from a weak network waits here, and leaves when it can.
import { keepForms } from "../js/keep.js";
import { sameDay } from "../js/week.js";

keepForms();
sameDay();
