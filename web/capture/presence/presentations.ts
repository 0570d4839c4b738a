import { actions, button, el, paragraph, yesOrNo } from '../dom.js';
import type { Page } from '../page.js';
import { flashWarning } from '../screens/consent.js';
import type { DuePresentation, SkipReason, TesterView } from './presence-api.js';

const headingOf = ({ species }: DuePresentation): string => species.title;

/**
 * @returns how the tester starts this presentation: with flashing colors (`lit`), without (`unlit`), or not at all
 * (`skip`)
 */
export function introduce(due: DuePresentation, page: Page): Promise<'lit' | 'unlit' | 'skip'> {
  const { index, of, species, light } = due;
  return page.ask((words, choose) => ({
    screen: 'presentation',
    heading: headingOf(due),
    body: [
      paragraph(`Presentation ${index + 1} of ${of} on this device`, 'lead'),
      el('h2', {}, 'What to present'),
      paragraph(species.prepare),
      el('h2', {}, light.title),
      paragraph(light.prepare),
      flashWarning(words),
      actions(
        button('plain', 'Allow camera access', () => choose('lit')),
        button('quiet', words.framing.withoutFlashes, () => choose('unlit')),
        button('quiet', 'Skip this', () => choose('skip')),
      ),
    ],
  }));
}

export function askWhySkipped(due: DuePresentation, page: Page): Promise<SkipReason | null> {
  return page.ask<SkipReason | null>((words, choose) => ({
    screen: 'no-presentation',
    heading: `Skip “${headingOf(due)}”`,
    body: [
      paragraph(
        'If you presented it as described and the page never got to the end of the movements, that is a result and counts. If you cannot ' +
          'present it here, it is left out, in this light and on this device.',
      ),
      actions(
        button('plain', 'I presented it, and nothing came of it', () => choose('no_response')),
        button('quiet', 'I cannot present this here', () => choose('not_done')),
        button('faint', words.back, () => choose(null)),
      ),
    ],
  }));
}

/** Asks before the result is known, so that the result does not influence the choice. */
export function askWhetherKept(page: Page): Promise<boolean> {
  return page.ask<boolean>((_words, choose) => ({
    screen: 'keep',
    heading: 'Was it presented as described?',
    body: [
      paragraph(
        'Keep it if it was, however it looked. Take it again only if something else came between. Nothing was judged yet.',
        'lead',
      ),
      yesOrNo(choose, 'Keep it', 'Take it again'),
    ],
  }));
}

export function showSummary({ cells, responsible, tester }: TesterView, page: Page): void {
  const lines = cells.map(({ species, light, wanted, kept, noResponse, isSkipped }) => {
    const without = noResponse === 0 ? '' : `, ${noResponse} without a response`;
    return el(
      'li',
      {},
      `${species}, ${light.toLowerCase()}: ${kept} of ${wanted} kept${without}${isSkipped ? ', left out' : ''}`,
    );
  });
  page.show((words) => ({
    screen: 'summary',
    heading: 'Thank you: all is done on this device',
    body: [
      el('ul', { class: 'steps' }, ...lines),
      paragraph(`To have it erased, tell ${responsible} your code name: ${tester?.person ?? ''}.`),
      paragraph(words.mayClose),
    ],
  }));
}
