import { chooseLanguage } from '../../shared/languages.js';
import { readBrand } from '../brand.js';
import { Page } from '../page.js';
import { showScheme } from './scheme.js';
import { showPreview } from './screens.js';

/* Preview of the capture page with an unpublished brand. The console shows it in a frame, and it cannot be operated. */
const main = document.querySelector('main');
if (main !== null) {
  // Without this, the first screen would take the focus from the console's form.
  document.body.inert = true;
  const query = new URLSearchParams(location.search);
  showScheme(query.get('scheme'));
  const page = await Page.open(main, chooseLanguage([query.get('lang') ?? '']), readBrand());
  showPreview(query.get('screen'), page);
}
