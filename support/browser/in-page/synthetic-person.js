/* Runs inside the page, before the page's own scripts: a person in front of the camera who does what the page asks. */

/**
 * Replaces every camera by pictures of a person on a canvas.
 *
 * @param {import('../visitor.js').Person} person
 */
export function playPerson({ poses, reactionMs, turnMs = null, plan }) {
  const width = 640;
  const height = 480;
  const stepMs = 50;
  const opposite = { left: 'right', right: 'left', up: 'down', down: 'up', centre: 'centre' };
  const decode = async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    return createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
  };
  const pictures = Promise.all(
    Object.entries(poses).map(async ([movement, list]) => [movement, await Promise.all(list.map(decode))]),
  ).then(Object.fromEntries);

  let at = { movement: 'centre', step: 0 };
  let goal = 'centre';
  /** Current turn of the head: number of pictures, number shown, and start time. */
  let turn = { pictures: 0, shown: 0, from: 0 };
  const turnTo = (movement) => {
    goal = movement;
    turn = { pictures: at.step + poses[goal].length, shown: 0, from: performance.now() };
  };

  /** Moves one step towards the goal: first back to the center, then out again. */
  const advance = (ready) => {
    if (at.movement !== goal && at.step > 0) at = { ...at, step: at.step - 1 };
    else if (at.movement !== goal) at = { movement: goal, step: 0 };
    else if (at.step < ready[goal].length - 1) at = { ...at, step: at.step + 1 };
  };

  /** Adds noise, as a sensor does, so that the server never sees the same picture twice. */
  const addNoise = (context) => {
    for (let grain = 0; grain < 60; grain += 1) {
      context.fillStyle = `rgb(${255 * Math.round(Math.random())} 128 128 / 0.12)`;
      context.fillRect(Math.random() * width, Math.random() * height, 3, 3);
    }
  };

  /** Varies the framing, because a person never sits at the same place twice. */
  const drawFraming = () => ({
    zoom: 1.06 + 0.05 * Math.random(),
    x: 32 * (Math.random() - 0.5),
    y: 24 * (Math.random() - 0.5),
  });
  let framing = drawFraming();
  let wasAsked = false;
  const sitDownAnew = () => {
    const isAsked = document.querySelector('main')?.dataset.movement !== undefined;
    if (isAsked && !wasAsked) framing = drawFraming();
    wasAsked = isAsked;
  };

  const draw = (context, ready) => {
    context.fillStyle = '#8d9299';
    context.fillRect(0, 0, width, height);
    if (plan === 'away' || window.isAway) return;
    const picture = ready[at.movement][at.step];
    sitDownAnew();
    const { zoom, x, y } = plan === 'still' ? { zoom: 1, x: 0, y: 0 } : framing;
    const scale = zoom * Math.min(width / picture.width, height / picture.height);
    // A person never holds completely still.
    const sway = plan === 'still' ? 0 : 1.5;
    const dx = x + (width - picture.width * scale) / 2 + sway * Math.sin(performance.now() / 310);
    const dy = y + (height - picture.height * scale) / 2 + sway * Math.sin(performance.now() / 470);
    context.drawImage(picture, dx, dy, picture.width * scale, picture.height * scale);
    window.layLight?.(context, { scale, dx, dy });
    if (plan !== 'still') addNoise(context);
  };

  const follow = () => {
    let seen = null;
    const look = () => {
      const asked = document.querySelector('main')?.dataset.movement ?? 'centre';
      if (asked === seen) return;
      seen = asked;
      const movement = plan === 'mirrored' ? opposite[asked] : asked;
      setTimeout(() => turnTo(movement), reactionMs);
    };
    new MutationObserver(look).observe(document, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['data-movement'],
    });
  };
  const replay = async (list) => {
    for (let index = 0; ; index = (index + 1) % list.length) {
      turnTo(list[index].movement);
      await new Promise((resolve) => setTimeout(resolve, list[index].ms));
    }
  };
  if (Array.isArray(plan)) replay(plan);
  else if (plan === 'follow' || plan === 'mirrored') follow();

  const stream = async () => {
    const ready = await pictures;
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d');
    draw(context, ready);
    const made = canvas.captureStream(20);
    const timer = setInterval(() => {
      if (turnMs === null) advance(ready);
      else {
        const due = ((performance.now() - turn.from) / turnMs) * turn.pictures;
        for (; turn.shown < Math.min(due, turn.pictures); turn.shown += 1) advance(ready);
      }
      draw(context, ready);
      if (made.getTracks().every(({ readyState }) => readyState === 'ended')) clearInterval(timer);
    }, stepMs);
    return made;
  };
  const getUserMedia = async (constraints) => {
    if (!constraints.video) throw new DOMException('no microphone here', 'NotFoundError');
    const made = await stream();
    window.syntheticCamera = made;
    return made;
  };
  if (navigator.mediaDevices !== undefined)
    Object.defineProperty(navigator.mediaDevices, 'getUserMedia', { value: getUserMedia });
}
