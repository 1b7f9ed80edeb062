"""A data set of PyTorch that maps the HDF5 file which Trainyard has staged (man trainyard-scratch).

    training = StagedDataset.in_folder(os.environ["DATA_DIR"], "train")
    loader = torch.utils.data.DataLoader(training, batch_size=128, shuffle=True)

Needs h5py and NumPy. PyTorch itself is not imported here: every object with __len__ and __getitem__ is a data set.
"""

import pathlib

import h5py
import numpy


class StagedDataset:
    """The samples and labels of one part of the file, "train" or "test"."""

    def __init__(self, path, part):
        self.path, self.part = str(path), part
        with h5py.File(path, "r") as file:
            self.scale = float(file.attrs.get("scale", 1.0))
            self.samples = self._map(file[f"{part}/samples"])
            self.labels = self._map(file[f"{part}/labels"])

    @classmethod
    def in_folder(cls, folder, part):
        """Finds the one HDF5 file in the folder."""
        (path,) = pathlib.Path(folder).glob("*.h5")
        return cls(path, part)

    def _map(self, array):
        """Maps the array, which lies in the file as one block: reading a row copies no more than that row."""
        return numpy.memmap(self.path, array.dtype, "r", array.id.get_offset(), array.shape)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.samples[index] * numpy.float32(self.scale), self._label(self.labels[index])

    def __getitems__(self, indices):
        """Reads a whole batch at once; PyTorch 2 calls this method where there is one."""
        rows = numpy.asarray(indices)
        scaled = self.samples[rows] * numpy.float32(self.scale)
        return list(zip(scaled, map(self._label, self.labels[rows])))

    @staticmethod
    def _label(label):
        """Classes are int64, as PyTorch's losses want them; targets stay as they are."""
        return numpy.int64(label) if numpy.ndim(label) == 0 else label

    def __reduce__(self):
        """A worker process of a DataLoader maps the file itself, instead of getting a copy of it."""
        return type(self), (self.path, self.part)
