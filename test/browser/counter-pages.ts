import { renderCheck } from '../../examples/counter/server.js';
import { renderNumbers } from '../../src/extensions/counter/pages.js';

/* Pages of a face check at a counter, at the step where desk and phone compare numbers. Also used for docs/screens. */

export const renderDesk = (): string => renderCheck('x', { state: 'numbers', number: '42', isAtKiosk: false });

export const renderPhone = (): string =>
  String(renderNumbers('en', 'City Library, desk 1', { shown: '17', choices: ['61', '42', '90'] }).bytes);
