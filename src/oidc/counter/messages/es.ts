import type { CounterTexts } from './texts.js';

export const es: CounterTexts = {
  startTitle: 'Comprobación en el mostrador',
  startText: 'Introduzca el código que se muestra en el mostrador.',
  code: 'Código del mostrador',
  orShow: 'Mostrar un código en el mostrador en su lugar',
  openTitle: (name) => `${name} quiere confirmar que es usted`,
  openText:
    'Continúe solo si está allí ahora. Introducirá su nombre de usuario y hará una comprobación facial. Se le preguntará antes de que el mostrador reciba otros datos.',
  isHere: 'Estoy allí: continuar',
  numbersTitle: 'Dos números',
  tell: 'Diga este número en el mostrador:',
  choose: '¿Qué número le han dicho en el mostrador?',
  none: 'Ninguno de estos',
  shownTitle: 'Muestre esto en el mostrador',
  shownText: 'Lo escanean, o usted lee los dígitos. Funciona una vez, durante tres minutos.',
  picture: 'Su código para escanear',
  wasRead: 'Ya lo tienen: continuar',
  doneTitle: 'Listo',
  doneText: (name) => `${name} ve el resultado durante un minuto.`,
  doneNumber: 'Si se lo preguntan, su número es',
  endedTitle: 'Esta comprobación ha finalizado',
  endedText: 'No se ha compartido ningún dato. Pida un código nuevo en el mostrador.',
  goneTitle: 'Este código ha caducado',
  goneText: 'Ha caducado o se abrió en otro navegador. Pida uno nuevo en el mostrador.',
  busyTitle: 'No disponible en este momento',
  busyText: 'Inténtelo de nuevo en un minuto.',
};
