import { actions, button, el, icon, paragraph } from '../dom.js';
import { decline, type Step } from '../step.js';

/** Purpose, what is kept for how long, how to refuse and how to withdraw, before anything else. */
export const consent: Step = async (view, _facts, tools) => {
  const agrees = await tools.page.ask<boolean>((words, choose) => {
    const text = words.consent[view.purpose === 'enrol' ? 'enrol' : 'verify'];
    return {
      screen: 'consent',
      heading: text.heading,
      body: [
        paragraph(text.intro(view.organisation), 'lead'),
        el(
          'ul',
          { class: 'sections' },
          ...text
            .sections(view)
            .map((section, index) =>
              el(
                'li',
                {},
                icon(sectionIcons[index] ?? 'info'),
                el('div', {}, el('h2', {}, section.heading), paragraph(section.text)),
              ),
            ),
        ),
        actions(
          button('plain', words.agree, () => choose(true)),
          button('quiet', words.refuse, () => choose(false)),
        ),
      ],
    };
  });
  if (!agrees) return decline(tools);
  return { view: await tools.api.giveConsent(view.consentVersion, tools.page.language) };
};

const sectionIcons = ['camera', 'sealed', 'refuse', 'undo'] as const;
