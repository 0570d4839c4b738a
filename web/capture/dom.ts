export type Child = Node | string | null;

/**
 * Creates an element. Text is never parsed as markup.
 * @param attributes - `true` sets an attribute without a value; `false` and `null` omit it
 */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | boolean | null>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | boolean | null>> = {},
  ...children: readonly SVGElement[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

function setAttributes(element: Element, attributes: Readonly<Record<string, string | boolean | null>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null) element.setAttribute(name, value === true ? '' : value);
  }
}

/** `plain`: primary action; `quiet`: secondary; `faint`: way out; `link`: inline. */
type ButtonLook = 'plain' | 'quiet' | 'faint' | 'danger' | 'link';

export function button(look: ButtonLook, text: string, onPress: () => void): HTMLButtonElement {
  const element = el('button', { type: 'button', class: `button ${look}` }, text);
  element.addEventListener('click', onPress);
  return element;
}

export const linkButton = (look: ButtonLook, text: string, href: string): HTMLAnchorElement =>
  el('a', { class: `button ${look}`, href, rel: 'noreferrer' }, text);

export const paragraph = (text: string, look: string | null = null): HTMLParagraphElement =>
  el('p', { class: look }, text);

/** Lists names and values, without those that are `null`. */
export const facts = (rows: readonly (readonly [name: string, value: Child])[]): HTMLDListElement =>
  el(
    'dl',
    { class: 'facts' },
    ...rows.flatMap(([name, value]) =>
      value === null ? [] : [el('div', {}, el('dt', {}, name), el('dd', {}, value))],
    ),
  );

export const field = (label: string, input: HTMLElement): HTMLDivElement =>
  el('div', { class: 'field' }, el('label', { for: input.id }, label), input);

/** Creates a form that the page checks itself. */
export function form(onSubmit: () => void, ...children: readonly Child[]): HTMLFormElement {
  const element = el('form', { novalidate: true }, ...children);
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    onSubmit();
  });
  return element;
}

export const submitButton = (text: string, look: ButtonLook = 'plain'): HTMLButtonElement =>
  el('button', { type: 'submit', class: `button ${look}` }, text);

/** Marks a field as wrong, and says why. */
export function refuse(input: HTMLInputElement | HTMLSelectElement, wrong: HTMLElement, text: string): void {
  wrong.textContent = text;
  input.setAttribute('aria-invalid', 'true');
  input.focus();
}

/** Creates a decorative symbol of a result. The screen's heading states the result in words. */
export const sign = (name: 'passed' | 'failed' | 'stopped' | 'problem'): HTMLDivElement =>
  el('div', { class: `sign ${name}` }, icon(name));

/** Creates the two buttons of a question, whose first one agrees. */
export const yesOrNo = (
  choose: (isYes: boolean) => void,
  yes: string,
  no: string,
  looks: { readonly yes?: ButtonLook; readonly no?: ButtonLook } = {},
): HTMLDivElement =>
  actions(
    button(looks.yes ?? 'plain', yes, () => choose(true)),
    button(looks.no ?? 'quiet', no, () => choose(false)),
  );

export const actions = (...children: readonly Child[]): HTMLDivElement => el('div', { class: 'actions' }, ...children);

const shapes = import.meta.glob<string>('./assets/*.svg', { query: '?url', import: 'default', eager: true });

export function icon(name: string): HTMLSpanElement {
  const element = el('span', { class: 'icon', 'aria-hidden': 'true' });
  element.style.setProperty('--shape', `url("${shapes[`./assets/${name}.svg`]}")`);
  return element;
}
