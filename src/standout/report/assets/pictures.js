// Pictures of records, cut from one sheet by row: what stands beside an id is that record's own.

const pictures = n > 0 &&
  held.pictures &&
  held.pictures.src && {
    width: held.pictures.width,
    height: held.pictures.height,
    columns: held.pictures.columns,
    place: placesOf(unpacked(held.pictures.row)),
    sheet: new Image(),
  };
const sheetIsRead = pictures
  ? new Promise((done) => {
      pictures.sheet.onload = done;
      pictures.sheet.src = held.pictures.src;
    })
  : null;

const cutOut = new Map();
const easel = document.createElement("canvas");

/** The picture of a row as an element, or null where the page holds none. said: what is said of it, "" where the text
 * beside it does. It is an image of its own, not a canvas: a page of many canvases is slow to draw. */
function pictureOf(row, said) {
  const tile = pictures ? pictures.place.get(row) : undefined;
  if (tile === undefined) return null;
  const image = make("img", { class: "thumb", alt: said, "data-row": row });
  if (cutOut.has(row)) image.src = cutOut.get(row);
  else sheetIsRead.then(() => (image.src = tileOf(row, tile)));
  return image;
}

function tileOf(row, tile) {
  const { width, height, columns, sheet } = pictures;
  Object.assign(easel, { width, height }); // this wipes it
  easel
    .getContext("2d")
    .drawImage(
      sheet,
      (tile % columns) * width,
      Math.floor(tile / columns) * height,
      width,
      height,
      0,
      0,
      width,
      height,
    );
  cutOut.set(row, easel.toDataURL());
  return cutOut.get(row);
}
