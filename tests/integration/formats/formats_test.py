#!/usr/bin/python3
"""Data sets that NumPy, h5py and Pillow wrote are staged by the agent, and compared with what h5py reads from the scratch file.

usage: formats_test.py TRAINYARD-AGENT STAGE_MANIFEST PLUGINS [-v]
"""
import gzip
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile

import h5py
import numpy
from PIL import Image

agent, stage_manifest, plugins = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(3))
MANIFEST = """name = "formats"
[data]
source = "file://{source}"
{keys}
[results]
target = "file:///tmp/"
[train]
device = "cpu"
layers = [{{ dense = 10 }}]
"""
dice = numpy.random.default_rng(20261130)


class Refused(Exception):
    pass


class FormatTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="trainyard-formats.")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.source = self.folder / "source"
        self.source.mkdir()
        modules = self.folder / "modules"
        modules.mkdir()
        for module in plugins.rglob("*.so"):
            (modules / module.name).symlink_to(module)
        self.environment = {**os.environ, "TRAINYARD_PLUGINDIR": str(modules)}
        self.sets = 0

    def stage(self, source, keys=""):
        """Stages the data set; returns the open scratch file. Raises Refused with the message of who refuses it."""
        self.sets += 1
        target = self.folder / f"set{self.sets}"
        target.mkdir()
        manifest = self.folder / "m.toml"
        manifest.write_text(MANIFEST.format(source=self.source / source if source else f"{self.source}/", keys=keys))
        for words in ([stage_manifest, manifest, target], [agent, "stage", target / "stage.json"]):
            ended = subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=120, check=False)
            if ended.returncode != 0:
                self.assertFalse((target / "data.h5").exists(), "a file of a failed stage job")
                self.assertGreater(ended.returncode, 0, ended.stderr)
                raise Refused(ended.stderr)
        file = h5py.File(next(target.glob("*.h5")), "r")
        self.addCleanup(file.close)
        return file

    def refuses(self, text, source, keys):
        with self.assertRaises(Refused) as refusal:
            self.stage(source, keys)
        self.assertIn(text, str(refusal.exception))

    def equal(self, array, expected):
        numpy.testing.assert_array_equal(array[...], expected)


class NumpyArrays(FormatTest):
    def test_of_every_type_of_numbers(self):
        labels = dice.integers(0, 10, 70)
        numpy.save(self.source / "y.npy", labels)
        for kind, kept in (("u1", "u1"), ("?", "u1"), ("i1", "i4"), ("<i2", "i4"), (">i2", "i4"), ("<u2", "i4"), ("<i4", "i4"),
                           (">i4", "i4"), ("<u4", "i4"), ("<i8", "i4"), ("<f4", "f4"), (">f4", "f4"), ("<f8", "f4"), (">f8", "f4")):
            with self.subTest(kind=kind):
                samples = dice.integers(0, 100, (70, 3, 5)).astype(kind)
                numpy.save(self.source / "x.npy", samples)
                file = self.stage("x.npy", 'label = "y.npy"')
                self.assertEqual(file["train/samples"].dtype, numpy.dtype(kept))
                self.equal(file["train/samples"], samples.astype(kept))
                self.equal(file["train/labels"], labels)

    def test_are_divided_by_seed_alone_whatever_their_format_is(self):
        samples, labels = dice.integers(0, 256, (500, 7)).astype("u1"), dice.integers(0, 10, 500)
        numpy.save(self.source / "x.npy", samples)
        numpy.save(self.source / "y.npy", labels)
        numpy.savez(self.source / "a.npz", x=samples, y=labels)
        with h5py.File(self.source / "a.h5", "w") as file:
            file["train/samples"], file["train/labels"] = samples, labels
        lines = "".join(",".join(map(str, [*row, label])) + "\n" for row, label in zip(samples, labels))
        (self.source / "a.csv").write_text(lines)
        (self.source / "a.tsv.gz").write_bytes(gzip.compress(lines.replace(",", "\t").encode()))
        files = [self.stage(name, f"test = 0.3\nseed = 7\n{keys}") for name, keys in (
            ("x.npy", 'label = "y.npy"'), ("a.npz", ""), ("a.h5", ""), ("a.csv", "label = 7"), ("a.tsv.gz", "label = 7"))]
        self.assertEqual(files[0]["test/samples"].shape, (150, 7))
        for file in files[1:]:
            for array in ("train/samples", "train/labels", "test/samples", "test/labels"):
                self.equal(file[array], files[0][array][...])

    def test_in_one_file_are_named(self):
        x, y = dice.random((40, 4, 4)).astype("f4"), dice.integers(0, 3, 40)
        numpy.savez_compressed(self.source / "k.npz", y_test=y[:10], x_test=x[:10], y_train=y, x_train=x)
        file = self.stage("k.npz", 'samples = "x_train"\nlabel = "y_train"\ntest = "k.npz"\n'
                                   'test_samples = "x_test"\ntest_label = "y_test"')
        self.equal(file["train/samples"], x)
        self.equal(file["test/samples"], x[:10])
        self.equal(file["test/labels"], y[:10])
        self.refuses("no array is named 'y'; the file has y_test, x_test", "k.npz", "")

    def test_of_targets_are_kept_as_numbers(self):
        x, y = dice.random((30, 5)), dice.random((30, 2))
        numpy.savez(self.source / "t.npz", x=x, y=y)
        file = self.stage("t.npz")
        self.equal(file["train/labels"], y.astype("f4"))

    def test_that_cannot_be_used_are_refused_with_a_remedy(self):
        x, y = dice.random((20, 4)), numpy.zeros(20, "i4")
        numpy.save(self.source / "y.npy", y)
        for name, array, message in (("f.npy", numpy.asfortranarray(x), "numpy.ascontiguousarray"),
                                     ("c.npy", x.astype("c16"), "array.astype('float32')"),
                                     ("s.npy", numpy.array(["a"] * 20), "array.astype('float32')"),
                                     ("n.npy", x[:19], "19 samples, but"), ("e.npy", x[:0], "without rows"),
                                     ("big.npy", numpy.full((20, 2), 1 << 40), "does not fit into 32 bits")):
            numpy.save(self.source / name, array)
            self.refuses(message, name, 'label = "y.npy"')
        numpy.save(self.source / "x.npy", x)
        whole = (self.source / "x.npy").read_bytes()
        for cut in (whole[:-1], whole + b"x"):
            (self.source / "cut.npy").write_bytes(cut)
            self.refuses("but by its header", "cut.npy", 'label = "y.npy"')
        (self.source / "cut.npy").write_bytes(whole.replace(b"(20, 4)", b"(20, 9999999999)")[:len(whole)])
        self.refuses("cut.npy", "cut.npy", 'label = "y.npy"')
        self.refuses("label is missing", "x.npy", "")
        (self.source / "odd.npy").write_bytes(whole.replace(b"'<f8'", b"'< u'"))
        self.refuses("elements of type", "odd.npy", 'label = "y.npy"')
        numpy.save(self.source / "large.npy", numpy.full((20, 2), 1e39))
        self.refuses("does not fit into single precision", "large.npy", 'label = "y.npy"')
        

class Cifar(FormatTest):
    def test_10_leaves_out_its_test_data(self):
        rows = dice.integers(0, 256, (30, 3073)).astype("u1")
        rows[:, 0] %= 10
        for i in range(2):
            rows[15 * i:15 * i + 15].tofile(self.source / f"data_batch_{i + 1}.bin")
        rows[:5].tofile(self.source / "test_batch.bin")
        (self.source / "readme.html").write_text("not data")
        file = self.stage("", 'format = "cifar10"\ntest = "test_batch.bin"')
        self.equal(file["train/samples"], rows[:, 1:].reshape(30, 3, 32, 32))
        self.equal(file["train/labels"], rows[:, 0])
        self.equal(file["test/labels"], rows[:5, 0])

    def test_100_has_two_labels(self):
        rows = dice.integers(0, 256, (8, 3074)).astype("u1")
        rows[:, 0] %= 20
        rows[:, 1] %= 100
        rows.tofile(self.source / "train.bin")
        self.equal(self.stage("train.bin", 'format = "cifar100"')["train/labels"], rows[:, 1])
        self.equal(self.stage("train.bin", 'format = "cifar100"\nlabel = "coarse"')["train/labels"], rows[:, 0])

    def test_of_another_size_or_label_is_refused(self):
        (self.source / "a.bin").write_bytes(bytes(3073 + 1))
        self.refuses("not a multiple of the 3073 bytes of a row", "a.bin", 'format = "cifar10"')
        (self.source / "a.bin").write_bytes(bytes(3073) + b"\x0b" + bytes(3072))
        self.refuses("row 1 has label 11, but there are 10 classes", "a.bin", 'format = "cifar10"')


class Hdf5Arrays(FormatTest):
    def test_in_chunks_compressed_and_of_other_types(self):
        x, y = dice.integers(0, 200, (60, 9)), dice.integers(0, 5, 60)
        with h5py.File(self.source / "a.h5", "w") as file:
            file.create_dataset("deep/x", data=x, chunks=(7, 9), compression="gzip", shuffle=True)
            file.create_dataset("y", data=y.astype("i8"))
            file.create_dataset("half", data=x.astype("f2"))
        staged = self.stage("a.h5", 'samples = "/deep/x"\nlabel = "y"')
        self.equal(staged["train/samples"], x)
        self.equal(staged["train/labels"], y)
        self.equal(self.stage("a.h5", 'samples = "half"\nlabel = "y"')["train/samples"], x.astype("f4"))

    def test_that_cannot_be_used_are_refused(self):
        with h5py.File(self.source / "a.h5", "w") as file:
            file["x"], file["y"] = numpy.full((4, 2), 1 << 40), numpy.zeros(4, "i4")
            file["text"] = ["a"] * 4
            file.create_dataset("huge", (1 << 40, 1 << 10), "u1", chunks=(1, 1 << 10))
        for samples, message in (("x", "cannot read"), ("text", "its elements are no numbers"), ("none", "no array of this name in the file"),
                                 ("huge", "of which 0 are stored")):
            self.refuses(message, "a.h5", f'samples = "{samples}"\nlabel = "y"')
        self.refuses("of which 0 are stored", "a.h5", 'samples = "x"\nlabel = "huge"')
        (self.folder / "secret").write_bytes(bytes(8))
        with h5py.File(self.source / "b.h5", "w") as file:
            file["y"], file["link"] = numpy.zeros(4, "i4"), h5py.ExternalLink(str(self.source / "a.h5"), "/y")
            file.create_dataset("elsewhere", (4, 2), "u1", external=[(str(self.folder / "secret"), 0, 8)])
        self.refuses("its bytes are in other files", "b.h5", 'samples = "elsewhere"\nlabel = "y"')
        self.refuses("no array of this name in the file", "b.h5", 'samples = "link"\nlabel = "y"')
        (self.source / "b.h5").write_bytes((self.source / "a.h5").read_bytes()[:2000])
        self.refuses("not a complete HDF5 file", "b.h5", "")


def png(pixels):
    bytes_ = io.BytesIO()
    Image.fromarray(pixels).save(bytes_, "png")
    return bytes_.getvalue()


def jpeg(image, **options):
    bytes_ = io.BytesIO()
    image.save(bytes_, "jpeg", quality=95, **options)
    return bytes_.getvalue()


class Images(FormatTest):
    def add(self, name, contents):
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents)

    def test_in_folders_have_their_folders_as_classes(self):
        pixels = {f"{kind}/{i}.png": dice.integers(0, 256, (6, 5, 3)).astype("u1") for kind in ("cat", "dog") for i in range(4)}
        for name, array in pixels.items():
            self.add(name, png(array))
        self.add("cat/notes.txt", b"no image")
        self.add(".DS_Store", b"hidden")
        for split in ("dog/9.png",):
            self.add(f"../test/{split}", png(pixels["dog/0.png"]))
        file = self.stage("", f'format = "images"\nshape = [3, 6, 5]\ntest = "file://{self.folder}/test/"')
        self.equal(file["train/samples"], numpy.stack([pixels[name].transpose(2, 0, 1) for name in sorted(pixels)]))
        self.equal(file["train/labels"], [0] * 4 + [1] * 4)
        self.equal(file["test/labels"], [1])
        self.assertEqual(json.loads(file.attrs["class_names"]), ["cat", "dog"])

    def test_of_every_kind_are_decoded(self):
        smooth = Image.fromarray(dice.integers(0, 256, (4, 4, 3)).astype("u1")).resize((64, 48), Image.BICUBIC)
        kinds = {"a/rgb.jpg": jpeg(smooth), "a/grey.jpeg": jpeg(smooth.convert("L")), "a/progressive.JPG": jpeg(smooth, progressive=True),
                 "a/rgb.png": png(numpy.asarray(smooth)), "a/grey.png": png(numpy.asarray(smooth.convert("L"))),
                 "a/palette.png": png(numpy.asarray(smooth))}
        for name, contents in kinds.items():
            self.add(name, contents)
        smooth.convert("P").save(self.source / "a/palette.png")
        smooth.convert("RGBA").save(self.source / "a/alpha.PNG")
        smooth.convert("CMYK").save(self.source / "a/print.jpg", quality=95)
        self.add("b/with_more.jpg", kinds["a/rgb.jpg"] + b"harmless")
        names = sorted([*kinds, "a/alpha.PNG", "a/print.jpg", "b/with_more.jpg"], key=lambda name: name.encode())
        colour = self.stage("", 'format = "images"\nshape = [3, 48, 64]\nfit = "exact"')
        grey = self.stage("", 'format = "images"\nshape = [1, 48, 64]\nfit = "exact"')
        for i, name in enumerate(names):
            expected = Image.open(self.source / name).convert("RGB")
            difference = colour["train/samples"][i].astype(int) - numpy.asarray(expected).transpose(2, 0, 1)
            self.assertLess(abs(difference).mean(), 2, name)
            expected = numpy.asarray(Image.open(self.source / name).convert("RGB").convert("L"))
            self.assertLess(abs(grey["train/samples"][i, 0].astype(int) - expected).mean(), 12, name)

    def test_of_other_sizes_are_cropped_or_stretched_as_pillow_does(self):
        image = Image.fromarray(dice.integers(0, 256, (6, 9, 3)).astype("u1")).resize((300, 200), Image.BICUBIC)
        self.add("a/1.jpg", jpeg(image))
        self.add("b/2.png", png(numpy.asarray(image)))
        self.refuses('300 × 200 pixels, but shape says 40 × 40; fit = "crop"', "",
                     'format = "images"\nshape = [3, 40, 40]\nfit = "exact"')
        for fit, expected in (("stretch", image.resize((40, 40), Image.BILINEAR)),
                              ("crop", image.crop((50, 0, 250, 200)).resize((40, 40), Image.BILINEAR))):
            file = self.stage("", f'format = "images"\nshape = [3, 40, 40]\nfit = "{fit}"')
            for i in range(2):
                difference = file["train/samples"][i].astype(int) - numpy.asarray(expected).transpose(2, 0, 1)
                self.assertLess(abs(difference).mean(), 3, (fit, i))

    def test_have_the_classes_of_a_file(self):
        pixels = dice.integers(0, 256, (4, 4, 4, 3)).astype("u1")
        for i in range(4):
            self.add(f"{i}.png", png(pixels[i]))
        self.add("labels.csv", b"name,class\n3.png,7\n1.png,0\n0.png,2\n2.png,2\n")
        file = self.stage("", 'format = "images"\nshape = [3, 4, 4]\nlabel = "labels.csv"')
        self.equal(file["train/labels"], [2, 0, 2, 7])
        self.assertNotIn("class_names", file.attrs)
        self.add("labels.csv", b'0.png,"cat, big"\n1.png, "cat, small"\n2.png,dog\n"3.png",dog\n')
        file = self.stage("", 'format = "images"\nshape = [3, 4, 4]\nlabel = "labels.csv"')
        self.equal(file["train/labels"], [0, 1, 2, 2])
        self.assertEqual(json.loads(file.attrs["class_names"]), ["cat, big", "cat, small", "dog"])
        for lines, message in ((b"0.png,2\n1.png,2\n2.png,2\n", "3.png: has no line in"), (b"0.png\n", "labels.csv:1: only one field"),
                               (b"0.png,1\n1.png,1\n2.png,1\n3.png,1\n4.png,1\n", "there is no image 4.png"),
                               (b"0.png,1\n0.png,2\n", "labels.csv:2: a second line for 0.png"),
                               (b"0.png,cat, big\n", "labels.csv:1: more than two fields")):
            self.add("labels.csv", lines)
            self.refuses(message, "", 'format = "images"\nshape = [3, 4, 4]\nlabel = "labels.csv"')

    def test_that_are_damaged_or_huge_are_refused_by_name(self):
        whole = jpeg(Image.fromarray(dice.integers(0, 256, (64, 64, 3)).astype("u1")))
        bomb = png(numpy.zeros((1, 1, 3), "u1"))
        header = bomb[:16] + (60000).to_bytes(4, "big") * 2 + bomb[24:29]
        for name, contents, message in (("cut.jpg", whole[:len(whole) // 2], "cut.jpg: "), ("text.jpg", b"hello", "neither a JPEG nor a PNG"),
                                        ("cut.png", png(numpy.zeros((9, 9, 3), "u1"))[:-20], "cut.png: "), ("empty.png", b"", "neither"),
                                        ("bomb.png", header, "bomb.png: ")):
            self.add("b/good.jpg", whole)
            self.add(f"a/{name}", contents)
            self.refuses(message, "", 'format = "images"\nshape = [3, 8, 8]')
            (self.source / "a" / name).unlink()
        huge = jpeg(Image.new("L", (20000, 20000)))
        self.add("a/huge.jpg", huge)
        self.refuses("huge.jpg: 20000 × 20000 pixels; at most", "", 'format = "images"\nshape = [3, 8, 8]')

    def test_need_a_shape_and_a_folder(self):
        self.refuses("shape is missing", "", 'format = "images"')
        self.refuses("must be a folder, ending in /", "a.png", 'format = "images"\nshape = [3, 8, 8]')
        self.add("notes.txt", b"")
        self.refuses("no .jpg, .jpeg or .png file in the folder", "", 'format = "images"\nshape = [3, 8, 8]')
        self.add("a.png", png(numpy.zeros((8, 8, 3), "u1")))
        self.refuses("lies in no folder that tells its class", "", 'format = "images"\nshape = [3, 8, 8]')
        (self.source / "a.png").unlink()
        for name in ("train/cat/1.png", "train/dog/2.png"):
            self.add(name, png(numpy.zeros((8, 8, 3), "u1")))
        self.refuses("all images are in the folder 'train'", "", 'format = "images"\nshape = [3, 8, 8]')

    def test_have_classes_alike_in_both_sources(self):
        for name in ("train/0/1.png", "train/1/2.png", "test/cat/3.png", "test/dog/4.png"):
            self.add(name, png(numpy.zeros((8, 8, 3), "u1")))
        self.source = self.source / "train"
        self.refuses("classes have names in one of source and test", "",
                     f'format = "images"\nshape = [3, 8, 8]\ntest = "file://{self.source.parent}/test/"')
        self.source = self.source.parent / "test"
        self.add("../other/bird/1.png", png(numpy.zeros((8, 8, 3), "u1")))
        self.refuses("class 'bird' is none of the 2 classes", "",
                     f'format = "images"\nshape = [3, 8, 8]\ntest = "file://{self.source.parent}/other/"')


class Shards(FormatTest):
    def setUp(self):
        super().setUp()
        self.pixels = dice.integers(0, 256, (9, 4, 4, 3)).astype("u1")

    def tar(self, name, entries, mode="w"):
        with tarfile.open(self.source / name, mode) as tar:
            for entry, contents in entries:
                info = tarfile.TarInfo(entry)
                info.size = len(contents)
                tar.addfile(info, io.BytesIO(contents))

    def test_have_a_file_of_the_class_beside_each_image(self):
        for shard in range(3):
            entries = []
            for i in range(3):
                image = [(f"{shard}{i}.png", png(self.pixels[3 * shard + i])), (f"{shard}{i}.json", b"{}")]
                number = [(f"{shard}{i}.cls", str(3 * shard + i).encode() + b"\n")]
                entries += number + image if shard == 1 else image + number
            self.tar(f"{shard}.tar" + (".gz" if shard == 2 else ""), entries, "w:gz" if shard == 2 else "w")
        (self.source / "README").write_text("no shard")
        file = self.stage("", 'format = "shards"\nshape = [3, 4, 4]')
        self.equal(file["train/samples"], self.pixels.transpose(0, 3, 1, 2))
        self.equal(file["train/labels"], range(9))

    def test_in_a_zip_have_folders_as_classes(self):
        with zipfile.ZipFile(self.source / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for i in range(9):
                archive.writestr(f"./{'aö'[i % 2]}/{i}.png", png(self.pixels[i]))
        file = self.stage("a.zip", "shape = [3, 4, 4]")
        self.equal(file["train/samples"], self.pixels.transpose(0, 3, 1, 2))
        self.equal(file["train/labels"], [i % 2 for i in range(9)])
        self.assertEqual(json.loads(file.attrs["class_names"]), ["a", "ö"])

    def test_that_are_cut_off_or_without_classes_are_refused(self):
        self.tar("a.tar", [(f"x/{i}.png", png(self.pixels[i])) for i in range(9)])
        whole = (self.source / "a.tar").read_bytes()
        (self.source / "a.tar").write_bytes(whole[:700])
        self.refuses("a.tar: ", "a.tar", "shape = [3, 4, 4]")
        self.tar("a.tar", [("0.png", png(self.pixels[0]))])
        self.refuses("0.png: has no .cls file beside it", "a.tar", "shape = [3, 4, 4]")
        (self.source / "a.tar").write_bytes(b"no archive" * 100)
        self.refuses("a.tar: ", "a.tar", "shape = [3, 4, 4]")


unittest.main()
