// Converts documentation to HTML, with anchors and without inline styles, which the site's policy forbids.
import { posix } from 'node:path';
import markdownIt from 'markdown-it';

/** Returns GitHub's anchor of a heading, which links in the documentation use. */
const slugOf = (text) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

const textOf = ({ children }) =>
  children
    .filter(({ type }) => type === 'text' || type === 'code_inline')
    .map(({ content }) => content)
    .join('');

const numbered = (slug, seen) => {
  const before = seen.get(slug) ?? 0;
  seen.set(slug, before + 1);
  return before === 0 ? slug : `${slug}-${before}`;
};

const nameParts = ({ tokens }) => {
  const seen = new Map();
  tokens.forEach((token, index) => {
    const isRow =
      token.type === 'tr_open' &&
      tokens[index + 1]?.type === 'td_open' &&
      tokens[index + 2]?.children[0]?.type === 'code_inline';
    if (token.type === 'heading_open') token.attrSet('id', numbered(slugOf(textOf(tokens[index + 1])), seen));
    else if (isRow) token.attrSet('id', numbered(`row-${slugOf(tokens[index + 2].children[0].content)}`, seen));
  });
};

/** Removes table heads without any text. In other heads, an empty heading becomes a normal cell. */
const dropEmptyHeads = (state) => {
  const isEmpty = (token, index) => token.type === 'th_open' && state.tokens[index + 1].content === '';
  const kept = [];
  for (let index = 0; index < state.tokens.length; index += 1) {
    const token = state.tokens[index];
    if (token.type === 'thead_open') {
      const end = state.tokens.findIndex(({ type }, at) => at > index && type === 'thead_close');
      const heads = state.tokens.slice(index, end).map((each, at) => [each, index + at]);
      const cells = heads.filter(([{ type }]) => type === 'th_open');
      const empty = cells.filter(([each, at]) => isEmpty(each, at));
      if (empty.length === cells.length) {
        index = end;
        continue;
      }
      for (const [each, at] of empty) for (const cell of [each, state.tokens[at + 2]]) cell.tag = 'td';
    }
    kept.push(token);
  }
  state.tokens = kept;
};

const alignByClass = ({ tokens }) => {
  for (const token of tokens)
    if (/^t[hd]_open$/.test(token.type) && token.attrGet('style') !== null)
      token.attrs = [['class', token.attrGet('style').replace('text-align:', 'to-')]];
};

export function createMarkdown(pages, takePicture, takeDocument) {
  const nameBySource = new Map(pages.map(({ source, name }) => [source, name]));
  const markdown = markdownIt({ html: true });
  const toHere = (name, to) => posix.relative(posix.dirname(name), to);

  /** Returns a link's target on the site, or `null` for files that only the checkout has. */
  const resolveLink = (link, { source, name }) => {
    if (/^([a-z]+:|#)/.test(link)) return link;
    const [path, anchor] = link.split('#');
    const file = posix.join(posix.dirname(source), path);
    const isDocument = /^docs\/reference\/.*\.json$/.test(file);
    const target = nameBySource.get(file) ?? (isDocument ? takeDocument(file) : undefined);
    if (target === undefined) return null;
    return `${toHere(name, target)}${anchor === undefined ? '' : `#${anchor}`}`;
  };
  const followImage = (image, { source, name }) => {
    const picture = posix.join(posix.dirname(source), image.attrGet('src'));
    image.attrSet('src', toHere(name, takePicture(picture)));
  };
  const followLink = (link, env) => {
    const href = resolveLink(link.attrGet('href'), env);
    if (href === null) [link.tag, link.attrs] = ['span', [['class', 'file']]];
    else link.attrSet('href', href);
  };
  const follow = ({ tokens, env }) => {
    let tag = 'a';
    for (const child of tokens.flatMap(({ type, children }) => (type === 'inline' ? children : []))) {
      if (child.type === 'image') followImage(child, env);
      if (child.type === 'link_open') {
        followLink(child, env);
        tag = child.tag;
      }
      // Links cannot contain links.
      if (child.type === 'link_close') child.tag = tag;
    }
  };

  for (const rule of [dropEmptyHeads, nameParts, alignByClass, follow]) markdown.core.ruler.push(rule.name, rule);
  // Comments are removed, because they are for authors.
  markdown.renderer.rules.html_inline = (tokens, index) => tokens[index].content.replace(/^<!--.*-->$/, '');
  // Wide tables can be scrolled sideways, also with the keyboard.
  markdown.renderer.rules.table_open = () =>
    '<div class="table" tabindex="0" role="group" aria-label="Table"><table>\n';
  markdown.renderer.rules.table_close = () => '</table></div>\n';
  return markdown;
}
