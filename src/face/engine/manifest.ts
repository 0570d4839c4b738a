export interface PublishedFile {
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface ModelFile extends PublishedFile {
  readonly use: string;
  readonly input: readonly [1, number, number, number];
  readonly output: Readonly<Record<string, readonly number[]>>;
}

export interface PublishedPackage {
  readonly package: string;
  readonly version: string;
  readonly integrity: string;
  readonly archiveBytes: number;
  readonly licence: string;
  /** Folder of the files in the package. */
  readonly folder: string;
  readonly files: readonly PublishedFile[];
}

/** The publisher does not state on which data the models were trained (docs/models.md). */
export const models = {
  detect: {
    file: 'fr_detect.onnx',
    use: 'finds faces',
    sha256: '6c0256ccd3164f844736a401faf936ec2930764a87ae39442180887d0c5c8854',
    bytes: 1_217_758,
    input: [1, 3, 240, 320],
    output: { scores: [1, 4420, 2], boxes: [1, 4420, 4] },
  },
  landmarks: {
    file: 'fr_landmark.onnx',
    use: 'finds 68 points of a face',
    sha256: 'f10b0ba1d2a8a099adefede1ebf3733e44fe370715e7303dbeb7f59c02142258',
    bytes: 1_163_742,
    input: [1, 1, 64, 64],
    output: { output: [1, 136] },
  },
  embed: {
    file: 'fr_feature.onnx',
    use: 'describes a face by 512 numbers',
    sha256: '87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581',
    bytes: 4_884_269,
    input: [1, 3, 112, 112],
    output: { output: [1, 512] },
  },
  pose: {
    file: 'fr_pose.onnx',
    use: 'estimates the pose of a head',
    sha256: '72d032ec941b7153bf8d3f2c03a4c165453cc7e63d479041ec7c6ef087e5839d',
    bytes: 5_811_723,
    input: [1, 3, 224, 224],
    output: { output: [1, 66], '617': [1, 66], '618': [1, 66] },
  },
  liveness: {
    file: 'fr_liveness.onnx',
    use: 'distinguishes a face from a picture of a face',
    sha256: 'afa783b7e902fdfcf323a7240cac2a1c580c25314ea4161129dc1b0d100dc32d',
    bytes: 1_886_811,
    input: [1, 3, 128, 128],
    output: { output: [1, 3] },
  },
  eyes: {
    file: 'fr_eye.onnx',
    use: 'distinguishes an open eye from a closed eye',
    sha256: '1afcea006abc1ccac3c517022abde0aa092bed74ff3c9fe6878483ef9e6e38de',
    bytes: 207_130,
    input: [1, 1, 24, 24],
    output: { output: [1, 2] },
  },
} as const satisfies Record<string, ModelFile>;

export type ModelName = keyof typeof models;

/** Downloaded directly instead of as a dependency, because its own dependencies are not needed. */
export const modelPackage = {
  package: 'faceplugin',
  version: '1.0.3',
  integrity: 'sha512-jq+8L3MdF0MHbc7y5hwQSZOdpwuto8qK0X5aYBVGrCYbOhxoTdnDE6dMR4sGtob7AGTdcJb0Nq4Xc9hznz005w==',
  archiveBytes: 41_115_152,
  licence: 'MIT',
  folder: 'model',
  files: Object.values(models),
} as const satisfies PublishedPackage;

/** Six group photos of real people for the demo and tests. They must never be committed. */
export const demoPhotoPackage = {
  package: '@vladmandic/face-api',
  version: '1.7.15',
  integrity: 'sha512-WDMmK3CfNLo8jylWqMoQgf4nIst3M0fzx1dnac96wv/dvMTN4DxC/Pq1DGtduDk1lktCamQ3MIDXFnvrdHTXDw==',
  archiveBytes: 12_677_476,
  licence: 'MIT',
  folder: 'demo',
  files: [
    {
      file: 'sample1.jpg',
      sha256: '8ecae4b267b2d3169e06e00c7dee97097aa2a94635d45216f7732a5f4943cb51',
      bytes: 144_516,
    },
    {
      file: 'sample2.jpg',
      sha256: '7d2b60ae6f13bf30f422e04df87451081a02c83de469056f25afb44b7000c691',
      bytes: 181_758,
    },
    {
      file: 'sample3.jpg',
      sha256: '8eb081c9efb14370fa94d9feab9e5fbeafd19a627491853a80c2bf67f7ffa936',
      bytes: 221_049,
    },
    {
      file: 'sample4.jpg',
      sha256: '729efa5923061d40eb4ed5f267a18cc7b8ba6f852bb2757b16d8b7e4937476fc',
      bytes: 210_824,
    },
    {
      file: 'sample5.jpg',
      sha256: '6d45095ebb182d8f975c0790e0e4eefd86fbb40609cf4b271776d92e12662938',
      bytes: 166_400,
    },
    {
      file: 'sample6.jpg',
      sha256: '9baad80f9d5e306fb9b8c0913d44445f1e95848df317530efb03d0934c57ba87',
      bytes: 302_445,
    },
  ],
} as const satisfies PublishedPackage;
