// test_walk.mjs AMPARO - the walk of a case without JavaScript.
import { walked } from './walk.mjs';

await walked(false);
