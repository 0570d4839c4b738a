/** Anchors of the model: two at each point of a 16 × 16 grid, then six at each of an 8 × 8 grid. */
const anchors = 896;
const numbersPerAnchor = 17;
/** The anchor at row 8, column 8 of the first grid, whose middle is a little below and right of the picture's. */
const shown = 2 * (8 * 16 + 8);

/** Pixels of the model's picture of 128 × 128: the face's middle from the anchor's, its size, and its six points. */
const face = [-4, -4, 44, 44];
const points = [-14, -12, 6, -12, -4, -3, -4, 7, -22, -8, 14, -8];

/**
 * Draws a TensorFlow.js graph model with the inputs and outputs of BlazeFace, which finds the same face in the middle of
 * every picture. It stands in for the model that AWS's detector downloads.
 * @returns files by path
 */
export function drawFaceModel(): ReadonlyMap<string, { readonly type: string; readonly bytes: Buffer }> {
  const values = new Float32Array(anchors * numbersPerAnchor);
  for (let anchor = 0; anchor < anchors; anchor += 1) {
    const at = anchor * numbersPerAnchor;
    values[at] = anchor === shown ? 50 : -50;
    if (anchor === shown) values.set([...face, ...points], at + 1);
  }
  const shape = { shape: { dim: [1, 128, 128, 3].map((size) => ({ size: String(size) })) } };
  const node = [
    { name: 'input', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' }, shape } },
    { name: 'faces', op: 'Const', attr: { dtype: { type: 'DT_FLOAT' }, value: { tensor: { dtype: 'DT_FLOAT' } } } },
    { name: 'Identity', op: 'Identity', input: ['faces'], attr: { T: { type: 'DT_FLOAT' } } },
  ];
  const model = {
    format: 'graph-model',
    modelTopology: { node, library: {}, versions: {} },
    weightsManifest: [
      { paths: ['faces.bin'], weights: [{ name: 'faces', shape: [1, anchors, numbersPerAnchor], dtype: 'float32' }] },
    ],
  };
  return new Map([
    ['/model.json', { type: 'application/json', bytes: Buffer.from(JSON.stringify(model)) }],
    ['/faces.bin', { type: 'application/octet-stream', bytes: Buffer.from(values.buffer) }],
  ]);
}
