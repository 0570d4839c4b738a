export type Child = Node | string | null;

/**
 * An element with its attributes and children. Text is always text: nothing here reads markup.
 * @param attributes - `true` sets an empty attribute, `false` and `null` none
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

/** The same for SVG. */
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

/** `plain`: the one thing to do here; `quiet`: what else there is; `faint`: the way out; `link`: within a line. */
type ButtonLook = 'plain' | 'quiet' | 'faint' | 'danger' | 'link';

export function button(look: ButtonLook, text: string, onPress: () => void): HTMLButtonElement {
  const element = el('button', { type: 'button', class: `button ${look}` }, text);
  element.addEventListener('click', onPress);
  return element;
}

/** A link that looks like a button, for leaving the page. */
export const linkButton = (look: ButtonLook, text: string, href: string): HTMLAnchorElement =>
  el('a', { class: `button ${look}`, href, rel: 'noreferrer' }, text);

export const paragraph = (text: string, look: string | null = null): HTMLParagraphElement =>
  el('p', { class: look }, text);

/** How something ended, for the eye; the heading says it. */
export const sign = (name: 'passed' | 'failed' | 'stopped' | 'problem'): HTMLDivElement =>
  el('div', { class: `sign ${name}` }, icon(name));

/** The buttons of a screen, the most important one first. */
export const actions = (...children: readonly Child[]): HTMLDivElement => el('div', { class: 'actions' }, ...children);

/** A picture that only repeats what the text says. */
export const icon = (name: string): HTMLSpanElement =>
  el('span', { class: `icon icon-${name}`, 'aria-hidden': 'true' });
