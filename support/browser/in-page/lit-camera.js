/* Runs inside the page, before the page's own scripts: adds the light of the page's screen to the camera's pictures. */

/**
 * Adds the light of the page's screen to camera pictures. It multiplies linear light by 1 + gain × color. The effect is
 * stronger on the side that a half of the screen lights, and on that side of the nose.
 *
 * @param {import('../visitor.js').Lighting} lighting
 */
export function lightCamera({ gain, around, colours, nose: inPicture, glass }) {
  /** Time from the paint of a light until the camera shows it. */
  const cameraDelayMs = 100;

  /**
   * Side of the frame that each half lights. The screen's left half lights the person's left, which is the right side
   * of the frame.
   */
  const sides = {
    across: [
      { x: 1, y: 0 },
      { x: -1, y: 0 },
    ],
    down: [
      { x: 0, y: -1 },
      { x: 0, y: 1 },
    ],
  };

  /** Lights that the page has shown, with their times, oldest first. */
  const shown = [];
  const dark = { axis: 'across', halves: ['rgb(0, 0, 0)', 'rgb(0, 0, 0)'] };
  const look = () => {
    const lamp = document.querySelector('.lamp');
    const now =
      lamp === null
        ? dark
        : { axis: lamp.dataset.axis, halves: [...lamp.children].map(({ style }) => style.backgroundColor) };
    const last = shown.at(-1)?.light ?? dark;
    if (String(last.halves) !== String(now.halves)) shown.push({ at: performance.now(), light: now });
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['style'],
  });
  const seen = () => shown.findLast(({ at }) => at <= performance.now() - cameraDelayMs)?.light ?? dark;

  const toLinear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const toEncoded = (value) => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);
  const channelsOf = (css) =>
    (css.match(/\d+/g) ?? [0, 0, 0]).slice(0, 3).map((level) => toLinear(Number(level) / 255));
  /**
   * Converts light to a color for `color-dodge`, which divides by 1 minus the color. The root converts linear light to
   * the picture's encoding.
   */
  const toDodge = (light) => {
    const levels = light.map((share) => Math.round(255 * (1 - (1 + Math.max(0, share)) ** (-1 / 2.2))));
    return `rgb(${levels.join(' ')})`;
  };
  const scaled = (light, by) => colours.map((channel) => light[channel] * by);

  const fill = (context, style, draw) => {
    context.save();
    context.globalCompositeOperation = 'color-dodge';
    context.fillStyle = style;
    context.beginPath();
    draw();
    context.fill();
    context.restore();
  };

  /** Glass reflects the light itself, so add it equally to dark and bright parts. */
  const addToAll = (context, light) => {
    const { width, height } = context.canvas;
    const picture = context.getImageData(0, 0, width, height);
    const levels = light.map((share) =>
      Uint8ClampedArray.from({ length: 256 }, (_, level) => 255 * toEncoded(toLinear(level / 255) + share)),
    );
    const { data } = picture;
    for (let at = 0; at < data.length; at += 4)
      for (let channel = 0; channel < 3; channel += 1) data[at + channel] = levels[channel][data[at + channel]];
    context.putImageData(picture, 0, 0);
  };

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {{ scale: number, dx: number, dy: number }} placed - position of the picture in the frame
   */
  window.layLight = (context, { scale, dx, dy }) => {
    const { width, height } = context.canvas;
    const nose = { x: dx + inPicture.x * scale, y: dy + inPicture.y * scale, halfWidth: inPicture.halfWidth * scale };
    const { axis, halves } = seen();
    halves.forEach((css, at) => {
      const light = channelsOf(css).map((share) => share / 2);
      if (light.every((share) => share === 0)) return;
      if (glass) {
        addToAll(context, scaled(light, gain));
        return;
      }
      const toStyle = (by) => toDodge(scaled(light, by));
      fill(context, toStyle(gain * around), () => context.rect(0, 0, width, height));
      if (around === 1) return;
      const { x, y } = sides[axis][at];
      const halfWidth = 135;
      const halfHeight = 170;
      const falloff = context.createLinearGradient(
        nose.x - x * halfWidth,
        nose.y - y * halfHeight,
        nose.x + x * halfWidth,
        nose.y + y * halfHeight,
      );
      falloff.addColorStop(0, toStyle(gain * (1 - around) * 0.5));
      falloff.addColorStop(1, toStyle(gain * (1 - around) * 1.5));
      fill(context, falloff, () => context.ellipse(nose.x, nose.y, halfWidth, halfHeight, 0, 0, 2 * Math.PI));
      const flankX = nose.x + x * nose.halfWidth;
      const flankY = nose.y + y * nose.halfWidth;
      fill(context, toStyle(gain), () =>
        context.ellipse(flankX, flankY, nose.halfWidth * 0.9, nose.halfWidth * (x === 0 ? 0.9 : 2), 0, 0, 2 * Math.PI),
      );
    });
  };
}
