import { chooseLanguage } from '../../shared/languages.js';
import { readBrand } from '../brand.js';
import { Page } from '../page.js';
import { showScheme } from './scheme.js';
import { showPreview } from './screens.js';

/* Screens of the capture page with a brand that is not in force yet, in a frame of the console. Nothing on it can be pressed. */

const main = document.querySelector('main');
if (main !== null) {
  // Before anything is shown: a screen takes the focus, and whoever types in the form beside would lose it.
  document.body.inert = true;
  const query = new URLSearchParams(location.search);
  showScheme(query.get('scheme'));
  const page = await Page.open(main, chooseLanguage([query.get('lang') ?? '']), readBrand());
  showPreview(query.get('screen'), page);
}
