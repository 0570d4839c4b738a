import type { CounterTexts } from './texts.js';

export const es: CounterTexts = {
  startTitle: 'Una comprobación en el mostrador',
  startText: 'Escriba el código que muestra el mostrador.',
  code: 'Código del mostrador',
  orShow: 'Mostrar un código al mostrador',
  openTitle: (name) => `${name} quiere saber que es usted`,
  openText:
    'Continúe solo si está allí ahora. Se le preguntará quién es y mirará a la cámara. Todo lo demás que el mostrador quiera saber se le preguntará.',
  isHere: 'Estoy allí: continuar',
  numbersTitle: 'Dos números',
  tell: 'Diga este número en el mostrador:',
  choose: '¿Qué número le dicen en el mostrador?',
  none: 'Ninguno de estos',
  shownTitle: 'Muestre esto en el mostrador',
  shownText: 'Lo escanean, o usted dice las cifras. Sirve una vez, durante tres minutos.',
  picture: 'Su código, para escanear',
  wasRead: 'Ya lo tienen: continuar',
  doneTitle: 'Listo',
  doneText: (name) => `${name} ve el resultado durante un minuto.`,
  doneNumber: 'Si se lo preguntan, su número es',
  endedTitle: 'Esta comprobación ha terminado',
  endedText: 'No se ha comunicado nada sobre usted. Pida un código nuevo en el mostrador.',
  goneTitle: 'Este código ya no sirve',
  goneText: 'Ha terminado o se abrió en otro navegador. Pida uno nuevo en el mostrador.',
  busyTitle: 'Ahora no',
  busyText: 'Inténtelo de nuevo en un minuto.',
};
