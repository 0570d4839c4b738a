import { checkCameraSupport, lastCamera } from '../camera.js';
import { actions, el, icon, linkButton, paragraph, yesOrNo } from '../dom.js';
import { type Change, type Facts, hasWays, isCaptureNext } from '../state.js';
import type { Step, Tools } from '../step.js';
import type { View } from '../view.js';
import type { ConsentWords, Words } from '../words.js';
import { planLight } from './light-plan.js';

const textFor = ({ purpose }: View, { consent: words }: Words): ConsentWords =>
  words[purpose === 'enrol' ? 'enrol' : 'verify'];

export const headingOfConsent = (view: View, words: Words): string => textFor(view, words).heading;

/** Describes the purpose and the pictures, and on request what is stored and the person's rights. */
export function describeConsent(view: View, words: Words, ...further: readonly (HTMLElement | null)[]): HTMLElement[] {
  const { organisation, retentionDays, purpose, companyPhotoCompared } = view;
  const isIdCompared = view.referencePhotoNeeded || view.document !== 'none';
  const { headings, enrol } = words.consent;
  // Not everyone has an own page.
  const withdrawal = words.consent[view.ownPage === null ? 'withdrawalByAsking' : 'withdrawal'];
  const { intro, happens, stored, refusal } = textFor(view, words);
  const item = (picture: string, heading: string | null, text: string) =>
    el('li', {}, icon(picture), el('div', {}, heading === null ? null : el('h2', {}, heading), paragraph(text)));
  const toHappening = (): string => {
    if (purpose !== 'enrol') return happens;
    if (companyPhotoCompared) return enrol.happensWithCompanyPhoto;
    return isIdCompared ? enrol.happensWithReferencePhoto : happens;
  };
  const { picture } = words.consent.vendors;
  /** What becomes of the one picture that a vendor returns. */
  const toPictureUse = (): string => {
    if (purpose !== 'enrol') return picture.verify;
    if (companyPhotoCompared) return picture.enrolWithCompanyPhoto;
    return isIdCompared ? picture.enrolWithReferencePhoto : picture.enrol;
  };
  const { aws } = words.consent.vendors;
  const statements: Readonly<Record<string, string>> = { aws };
  const vendor = view.livenessVendor === null ? null : (statements[view.livenessVendor] ?? null);
  return [
    paragraph(intro({ organisation }), 'lead'),
    el(
      'ul',
      { class: 'sections' },
      item('camera', null, vendor === null ? toHappening() : `${vendor} ${toPictureUse()}`),
      isIdCompared && purpose !== 'enrol' ? item('sealed', null, words.document.text) : null,
    ),
    el(
      'details',
      {},
      el('summary', {}, words.consent.details),
      el(
        'ul',
        { class: 'sections' },
        item('sealed', headings.stored, stored({ organisation, retentionDays })),
        item('refuse', headings.refusal, refusal({ organisation })),
        item('undo', headings.withdrawal, withdrawal({ organisation })),
      ),
      ...further,
    ),
  ];
}

/** Links to the person's own page, in a new tab, because the check continues here. A kiosk has no page of one person. */
function ownPageLink({ ownPage }: View, { isKiosk }: Facts, words: Words): HTMLElement | null {
  if (ownPage === null || isKiosk) return null;
  const link = linkButton('link', words.ownPage, ownPage);
  link.target = '_blank';
  return actions(link);
}

export const consent: Step = async (view, facts, { page, api }) => {
  // The browser is checked before the user reads the text in vain.
  if (facts.place !== 'phone') checkCameraSupport();
  const agrees = await page.ask<boolean>((words, choose) => ({
    screen: 'consent',
    heading: headingOfConsent(view, words),
    body: [
      ...describeConsent(view, words, ownPageLink(view, facts, words)),
      yesOrNo(choose, words.agree, words.refuse),
    ],
  }));
  if (!agrees && view.role === 'own' && hasWays(view)) return { isChoosingAnotherWay: true };
  if (!agrees) return { view: await api.decline() };
  // The consent text has announced the camera, so the browser may prompt for it now, while the consent is recorded.
  const agreed = { ...facts, view: { ...view, consentNeeded: false } };
  if (isCaptureNext(agreed) && !planLight(view, facts).isLightNew) lastCamera.begin();
  return { view: await api.giveConsent(view.consentVersion, page.language), isCameraAsked: true };
};

/** Id of the warning shown before the first light. */
export const flashesId = 'flashes';
export function flashWarning({ framing }: Words): HTMLParagraphElement {
  const warning = paragraph(framing.flashes, 'note');
  warning.id = flashesId;
  return warning;
}

export async function explainFlashes({ organisation, fallbackUrl, role }: View, { page, api }: Tools): Promise<Change> {
  const hasOtherWay = fallbackUrl !== null && role === 'own';
  const stops = await page.ask<boolean>((words, choose) => ({
    screen: 'flashes',
    heading: words.flashes.heading,
    body: [
      paragraph(words.flashes.text({ organisation }), 'lead'),
      yesOrNo(choose, hasOtherWay ? words.otherWay : words.flashes.stop, words.back),
    ],
  }));
  return stops ? { view: await api.decline() } : {};
}
