// Pictures of records, cut from one sheet by row: what stands beside an id is that record's own.

const pictures = n > 0 && held.pictures && held.pictures.src && {
  width: held.pictures.width, height: held.pictures.height, columns: held.pictures.columns,
  place: placesOf(unpacked(held.pictures.row)), sheet: new Image(),
};
const sheetIsRead = pictures
  ? new Promise((done) => {
    pictures.sheet.onload = done;
    pictures.sheet.src = held.pictures.src;
  })
  : null;

/** The picture of a row, or null where the page holds none. spoken: what is said of it, "" where text beside it does. */
function pictureOf(row, said) {
  const tile = pictures ? pictures.place.get(row) : undefined;
  if (tile === undefined) return null;
  const { width, height, columns, sheet } = pictures;
  const canvas = make("canvas", { class: "thumb", width, height, "data-row": row });
  if (said) {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", said);
  } else canvas.setAttribute("aria-hidden", "true");
  sheetIsRead.then(() => {
    const x = (tile % columns) * width, y = Math.floor(tile / columns) * height;
    canvas.getContext("2d").drawImage(sheet, x, y, width, height, 0, 0, width, height);
  });
  return canvas;
}
