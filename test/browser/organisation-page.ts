import type { Language } from '../../src/core/base/languages.js';
import { renderOrganisationPage } from '../../src/extensions/organisations/openid.js';
import type { RenderedPage } from '../../src/http/page-layout.js';

export const renderOrganisationSample = (language: Language): RenderedPage =>
  renderOrganisationPage(language, {
    requester: { name: 'Tax Office', host: 'tax.example.com' },
    find: '',
    organisations: [
      { id: '201912345K', name: 'Harbour Bakery', roles: ['filer', 'payer'] },
      { id: 'T08GB0001A', name: 'Orchard Cycles', roles: ['reader'] },
    ],
  });

/** Names that try to escape the markup or reverse the direction of the following text. */
export const hostileNames = [
  '<img src=x onerror="document.title=\'gone\'"><script>document.title="gone"</script>',
  '\u202e)gnihtyreve( rof tcA\u2067',
  'شركة الميناء',
  'x'.repeat(100),
] as const;

/** Renders the page with hostile names, and more organizations than it shows at once. */
export const renderHostileOrganisations = (language: Language): RenderedPage =>
  renderOrganisationPage(language, {
    requester: { name: 'Office <b>', host: 'tax.example.com' },
    find: '',
    organisations: [
      ...hostileNames.map((name, at) => ({ id: `"><b>${at}`, name, roles: [name, 'filer'] })),
      ...Array.from({ length: 40 }, (_, at) => ({ id: `firm-${at}`, name: `Firm ${at}`, roles: ['filer'] })),
    ],
  });
