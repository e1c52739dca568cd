// test_walk_script.mjs AMPARO - the walk of a case with JavaScript.
import { walked } from './walk.mjs';

await walked(true);
