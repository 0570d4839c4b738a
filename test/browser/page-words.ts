export { texts as pageWords } from '../../locales/compiled/capture/page/all.js';
